namespace LocalCopilot.Training.Checkpoints;

/// <summary>All that decides how a run goes on.</summary>
/// <param name="Step">Steps that were made; with the seed it gives the place in the samples.</param>
/// <param name="Dropout">State of the random numbers of dropout.</param>
/// <param name="Values">The adapter's numbers.</param>
/// <param name="Means">AdamW's means of the gradients.</param>
/// <param name="Squares">AdamW's means of their squares.</param>
internal sealed record OptimizerState(int Step, ulong Dropout, float[] Values, float[] Means, float[] Squares);
