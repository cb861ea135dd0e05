using LocalCopilot.Llama;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Tests.Training;

/// <summary>What llama.cpp computes for the same samples.</summary>
internal sealed class Reference : IDisposable
{
    private readonly LlamaModel _model;
    private readonly LlamaContext _context;
    private readonly LlamaBatch _batch = new(512);
    private LlamaAdapter? _adapter;

    public Reference(string path)
    {
        _model = LlamaModel.Load(path);
        _context = new(_model, new() { TokensPerSequence = 512, MaxOutputs = 512, Threads = 2, FullPrecisionCache = true });
    }

    public LlamaVocabulary Vocabulary => _model.Vocabulary;

    public void UseAdapter(string path)
    {
        _adapter = _model.LoadAdapter(path);
        _context.SetAdapter(_adapter);
    }

    /// <summary>Logits of each sample's targets, one sample after another.</summary>
    public float[][] Logits(IReadOnlyList<TrainingSample> samples)
    {
        List<float[]> logits = [];
        foreach (TrainingSample sample in samples)
        {
            _context.Clear();
            _batch.Clear();
            for (int i = 0; i < sample.Tokens.Count; i++)
            {
                _batch.Add(sample.Tokens[i], i, 0, output: true);
            }

            Assert.Equal(DecodeStatus.Done, _context.Decode(_batch));
            logits.AddRange(Enumerable.Range(sample.FirstTarget - 1, sample.Targets).Select(row => _context.Logits(row).ToArray()));
        }

        return [.. logits];
    }

    /// <summary>Mean loss of the samples' targets, in nats.</summary>
    public double MeanLoss(IReadOnlyList<TrainingSample> samples) => Loss(Logits(samples), samples) / samples.Sum(sample => sample.Targets);

    /// <summary>Sum of − weight · ln softmax(logits)[target], in double precision.</summary>
    public static double Loss(float[][] logits, IReadOnlyList<TrainingSample> samples) =>
        logits.Zip(samples.SelectMany(Targets), (row, target) => target.Weight * (LogSum(row) - row[target.Token])).Sum();

    public void Dispose()
    {
        _context.SetAdapter(null);
        _context.Dispose();
        _adapter?.Dispose();
        _batch.Dispose();
        _model.Dispose();
    }

    private static IEnumerable<(int Token, float Weight)> Targets(TrainingSample sample) =>
        sample.Tokens.Skip(sample.FirstTarget).Select((token, i) => (token, i < sample.PromptTargets ? sample.PromptWeight : 1));

    private static double LogSum(float[] row)
    {
        double most = row.Max();
        return most + Math.Log(row.Sum(value => Math.Exp(value - most)));
    }
}
