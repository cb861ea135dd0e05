using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Layers;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Architectures;

/// <summary>What one family of models is made of. To add a family, see CONTRIBUTING.md: one file like those beside this, and a line in <see cref="KnownArchitectures"/>.</summary>
internal abstract class Architecture
{
    /// <summary>The value of <c>general.architecture</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Names and order of the matrices in Hugging Face's files.</summary>
    public virtual PeftLayout Peft => PeftLayout.Usual;

    /// <summary>Which elements of a head are rotated together.</summary>
    protected abstract RotaryPairing Pairing { get; }

    /// <summary>Its sizes and factors.</summary>
    /// <exception cref="TrainingException">The file describes something that cannot be trained.</exception>
    public virtual ModelShape ReadShape(GgufFile file) => ModelShape.Read(file, Pairing);

    /// <summary>Puts one layer together.</summary>
    public abstract TransformerBlock CreateBlock(BlockParts parts);

    /// <summary>The norm between the last layer and the output matrix.</summary>
    public virtual Norm CreateOutputNorm(ModelParts model) => model.RmsNorm("output_norm", model.Shape.Width);
}
