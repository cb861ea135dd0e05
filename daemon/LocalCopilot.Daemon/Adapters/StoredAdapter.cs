using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Adapters;

/// <summary>What the catalogue knows of one adapter.</summary>
/// <param name="Id">SHA-256 of its file, in hexadecimal digits.</param>
/// <param name="Repository">See <see cref="Git.RepositoryKey"/>.</param>
/// <param name="Root">The working tree that it was trained in.</param>
/// <param name="ModelFingerprint">See <see cref="Engine.ModelFingerprint"/>.</param>
/// <param name="TrainedThrough">The newest commit that it was trained on.</param>
/// <param name="Alpha">LoRA's strength.</param>
/// <param name="Rejected">Why the gate kept it out; null: it did not.</param>
internal sealed record StoredAdapter(
    string Id,
    string Repository,
    string Root,
    string Model,
    string ModelFingerprint,
    DateTimeOffset CreatedAt,
    string TrainedThrough,
    int Rank,
    float Alpha,
    long Parameters,
    long Bytes,
    string? Rejected,
    Protocol.Evaluation? Evaluation)
{
    public Adapter ToProtocol(bool isActive) => new()
    {
        Id = Id,
        Repository = Root,
        Model = Model,
        CreatedAt = CreatedAt,
        TrainedThrough = TrainedThrough,
        Rank = Rank,
        Parameters = Parameters,
        Bytes = Bytes,
        State = isActive ? AdapterState.Active : Rejected is null ? AdapterState.Inactive : AdapterState.Rejected,
        Evaluation = Evaluation,
    };
}
