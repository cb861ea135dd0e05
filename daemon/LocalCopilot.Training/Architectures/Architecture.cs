using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Layers;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Architectures;

/// <summary>What one family of models is made of. To add a family, see CONTRIBUTING.md: one file like those beside this, and a line in <see cref="KnownArchitectures"/>.</summary>
internal abstract class Architecture
{
    /// <summary>The value of <c>general.architecture</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Which elements of a head are rotated together.</summary>
    protected abstract RotaryPairing Pairing { get; }

    /// <summary>Whether rows of Wq and Wk are in another order in GGUF than in Hugging Face's files, as llama's are.</summary>
    public virtual bool PermutesQueryAndKey => false;

    /// <summary>Its sizes.</summary>
    /// <exception cref="TrainingException">The file describes something that cannot be trained.</exception>
    public virtual ModelShape ReadShape(GgufFile file) => ModelShape.Read(file, Pairing);

    /// <summary>Puts one layer together.</summary>
    public abstract TransformerBlock CreateBlock(BlockParts parts);
}
