using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Protocol;
using LocalCopilot.Training;

namespace LocalCopilot.Daemon.Adapters;

/// <summary>Writes adapters for other programs.</summary>
internal sealed class AdapterExport(AdapterStore adapters)
{
    /// <param name="path">A file for llama.cpp, a folder for PEFT.</param>
    /// <param name="model">The model that is served; PEFT's format needs the one that the adapter was trained for.</param>
    /// <exception cref="IOException">It cannot be written, or the model is another one.</exception>
    public void Write(StoredAdapter adapter, AdapterFormat format, string path, ServedModel model)
    {
        string file = adapters.FileOf(adapter).Path;
        if (format == AdapterFormat.Gguf)
        {
            using FileStream content = File.OpenRead(file);
            AtomicFile.Write(path, content.CopyTo);
            return;
        }

        if (model.Fingerprint != adapter.ModelFingerprint)
        {
            throw new IOException($"PEFT's format is made with the model at hand: select {adapter.Model} first, with `localcopilot models select`.");
        }

        using LoraModel lora = LoraModel.Open(model.Path, new() { Rank = adapter.Rank, Alpha = adapter.Alpha }, new());
        lora.LoadAdapter(file);
        lora.ExportPeft(path, model.Name.Length > 0 ? model.Name : model.Id);
    }
}
