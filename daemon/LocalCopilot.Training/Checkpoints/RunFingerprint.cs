using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Data;
using LocalCopilot.Training.Optimization;

namespace LocalCopilot.Training.Checkpoints;

/// <summary>Tells runs apart whose steps would differ: a hash of the model's head and size, the samples, the adapter's shape and the recipe.</summary>
internal static class RunFingerprint
{
    /// <param name="file">The model; its tensors' data are not read, which would take seconds.</param>
    /// <param name="samples">What is learned.</param>
    /// <param name="lora">The adapter's shape.</param>
    /// <param name="recipe">How it is trained.</param>
    /// <param name="beginning">The adapter that training begins from; null: a new one.</param>
    public static string Of(GgufFile file, SampleSet samples, LoraOptions lora, TrainingRecipe recipe, string? beginning)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (FileStream stream = File.OpenRead(file.Path))
        {
            byte[] head = new byte[Math.Min(file.DataOffset, stream.Length)];
            stream.ReadExactly(head);
            hash.AppendData(head);
            Number(file.Bytes);
        }

        foreach (TrainingSample sample in samples.Samples)
        {
            Number(sample.Tokens.Count);
            Number(sample.FirstTarget);
            Number(sample.PromptTargets);
            Number(BitConverter.SingleToInt32Bits(sample.PromptWeight));
            foreach (int token in sample.Tokens)
            {
                Number(token);
            }
        }

        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(lora, JobJson.Default.LoraOptions));

        // How often held-out samples are measured changes nothing.
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(recipe with { EvaluateEverySteps = 0 }, JobJson.Default.TrainingRecipe));
        if (beginning is not null)
        {
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(Directory.Exists(beginning) ? Path.Combine(beginning, PeftAdapter.TensorsName) : beginning)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Number(long value)
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            hash.AppendData(bytes);
        }
    }
}
