using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Models;

namespace LocalCopilot.Tests.Models;

/// <summary>Over folders laid out as the other tools lay out theirs.</summary>
public sealed class ModelDiscoveryTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("lc-models-");
    private readonly Dictionary<string, string> _environment;

    public ModelDiscoveryTests() => _environment = new() { [OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME"] = _home.FullName };

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public void Without_any_folder_there_is_the_embedded_model()
    {
        FoundModel model = Assert.Single(Find());

        Assert.Equal(("embedded-code-6.5m-q8_0", "embedded"), (model.Id, model.Source));
    }

    [Fact]
    public void Ollama_s_models_have_the_names_that_it_shows()
    {
        string blob = Touch(".ollama/models/blobs/sha256-00ff");
        string other = Touch(".ollama/models/blobs/sha256-01ff");
        string foreign = Touch(".ollama/models/blobs/sha256-02ff");
        Manifest("registry.ollama.ai/library/qwen2.5-coder/1.5b", "sha256:00ff");
        Manifest("registry.ollama.ai/somebody/coder/latest", "sha256:01ff");
        Manifest("hf.co/org/model-GGUF/Q8_0", "sha256:02ff");
        Manifest("registry.ollama.ai/library/pulling/latest", "sha256:03ff");
        Manifest("registry.ollama.ai/library/elsewhere/latest", "sha256:../../../../secret");
        Touch(".ollama/models/manifests/registry.ollama.ai/library/broken/latest", "{");

        Assert.Equal(
            [("hf.co/org/model-GGUF:Q8_0", foreign), ("qwen2.5-coder:1.5b", blob), ("somebody/coder:latest", other)],
            Found("ollama"));
    }

    [Fact]
    public void Files_of_LM_Studio_the_Hugging_Face_cache_llama_cpp_and_our_own_folder_are_found()
    {
        string studio = Touch(".lmstudio/models/publisher/repo/studio.gguf");
        string older = Touch(".cache/lm-studio/models/publisher/repo/older.GGUF");
        string face = Touch(".cache/huggingface/hub/models--org--name/snapshots/0123/face.gguf");
        string own = Touch("data/localcopilot/models/own.gguf");
        _environment["LLAMA_CACHE"] = Path.Combine(_home.FullName, "llama");
        string cpp = Touch("llama/cpp.gguf");

        Assert.Equal([("own", own)], Found("localcopilot"));
        Assert.Equal([("studio", studio), ("older", older)], Found("lm-studio"));
        Assert.Equal([("face", face)], Found("hugging-face"));
        Assert.Equal([("cpp", cpp)], Found("llama.cpp"));
    }

    [Fact]
    public void The_tools_own_variables_are_followed()
    {
        _environment["OLLAMA_MODELS"] = Path.Combine(_home.FullName, "o");
        _environment["HF_HOME"] = Path.Combine(_home.FullName, "hf");
        string blob = Touch("o/blobs/sha256-aa");
        Touch("o/manifests/registry.ollama.ai/library/a/b", """{"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:aa"}]}""");
        string face = Touch("hf/hub/models--a/snapshots/1/face.gguf");

        Assert.Equal([("a:b", blob)], Found("ollama"));
        Assert.Equal([("face", face)], Found("hugging-face"));
    }

    [Fact]
    public void A_file_with_two_names_is_listed_once_and_a_name_of_two_files_gets_a_number()
    {
        Requirement.Holds(!OperatingSystem.IsWindows(), "needs links without privileges");
        string blob = Touch(".cache/huggingface/hub/models--a/blobs/0123");
        foreach (string snapshot in (string[])["1", "2"])
        {
            string link = Path.Combine(_home.FullName, ".cache/huggingface/hub/models--a/snapshots", snapshot, "a.gguf");
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.CreateSymbolicLink(link, blob);
        }

        Touch(".lmstudio/models/x/y/a.gguf");

        Assert.Equal(["a", "a-2"], Find().Skip(1).Select(model => model.Id));
    }

    [Fact]
    public void A_model_in_several_files_is_listed_once_by_its_first()
    {
        string first = Touch(".lmstudio/models/x/big-00001-of-00003.gguf");
        Touch(".lmstudio/models/x/big-00002-of-00003.gguf");
        Touch(".lmstudio/models/x/big-00003-of-00003.gguf");

        Assert.Equal([("big", first)], Found("lm-studio"));
        Assert.Equal(3, SplitModel.PartsOf(first).Count(File.Exists));
        Assert.Equal(first, SplitModel.PartsOf(first.Replace("00001-of", "00002-of", StringComparison.Ordinal))[0]);
        Assert.Equal(["/a/b.gguf"], SplitModel.PartsOf("/a/b.gguf"));
    }

    [Fact]
    public void The_model_that_is_served_is_listed_wherever_it_lies()
    {
        string elsewhere = Touch("elsewhere/mine.gguf");

        Assert.Equal(("mine", "settings", elsewhere), Find(elsewhere).Select(model => (model.Id, model.Source, model.Path)).Last());
        Assert.Single(Find(), model => model.Source == "embedded");
    }

    private IReadOnlyList<FoundModel> Find(string? selected = null)
    {
        LocalCopilotPaths paths = new()
        {
            ConfigurationDirectory = Path.Combine(_home.FullName, "config"),
            DataDirectory = Path.Combine(_home.FullName, "data", "localcopilot"),
            StateDirectory = Path.Combine(_home.FullName, "state"),
            RuntimeDirectory = Path.Combine(_home.FullName, "run"),
        };
        return new ModelDiscovery(new(paths, name => _environment.GetValueOrDefault(name))).Find(selected);
    }

    private (string, string)[] Found(string source) => [.. Find().Where(model => model.Source == source).Select(model => (model.Id, model.Path))];

    private void Manifest(string path, string digest) => Touch(
        $".ollama/models/manifests/{path}",
        $$"""{"layers":[{"mediaType":"application/vnd.ollama.image.license","digest":"sha256:11"},{"mediaType":"application/vnd.ollama.image.model","digest":"{{digest}}"}]}""");

    private string Touch(string path, string text = "")
    {
        string file = Path.Combine(_home.FullName, path.Replace('/', Path.DirectorySeparatorChar));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }
}
