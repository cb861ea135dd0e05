namespace LocalCopilot.Daemon.Statistics;

/// <summary>What became of one or more suggestions. One that was accepted was shown; one that was accepted whole is not counted as accepted in part.</summary>
/// <param name="CharactersKept">UTF-16 units.</param>
internal readonly record struct Outcome(int Shown, int Accepted, int PartiallyAccepted, long CharactersKept)
{
    public static Outcome operator +(Outcome one, Outcome other) => new(
        one.Shown + other.Shown, one.Accepted + other.Accepted, one.PartiallyAccepted + other.PartiallyAccepted, one.CharactersKept + other.CharactersKept);

    public static Outcome operator -(Outcome one, Outcome other) => new(
        one.Shown - other.Shown, one.Accepted - other.Accepted, one.PartiallyAccepted - other.PartiallyAccepted, one.CharactersKept - other.CharactersKept);
}
