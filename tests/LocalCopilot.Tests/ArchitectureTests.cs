using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Llama;
using LocalCopilot.Training;
using NetArchTest.Rules;

namespace LocalCopilot.Tests;

/// <summary>Holds the structure that README describes: which part may know which.</summary>
public class ArchitectureTests
{
    private const string Root = "LocalCopilot.Daemon";

    private static readonly Assembly Daemon = typeof(LocalCopilotPaths).Assembly;
    private static readonly Assembly Llama = typeof(LlamaVocabulary).Assembly;
    private static readonly Assembly Training = typeof(LoraModel).Assembly;
    private static readonly Assembly Protocol = Assembly.Load("LocalCopilot.Protocol");

    /// <summary>Each folder of the daemon, and the folders that it may know.</summary>
    public static TheoryData<string, string[]> AllowedFolders => new()
    {
        { "Configuration", [] },
        { "Storage", ["Configuration"] },
        { "Documents", ["Configuration"] },
        { "Git", ["Configuration"] },
        { "Engine", ["Configuration"] },
        { "Completion", ["Configuration", "Storage", "Documents", "Engine", "Git"] },
        { "Models", ["Configuration", "Engine", "Completion"] },
        { "Samples", ["Configuration", "Storage", "Documents", "Engine", "Completion", "Git"] },
        { "Evaluation", ["Configuration", "Documents", "Engine", "Completion", "Git", "Samples"] },
        { "Adapters", ["Configuration", "Storage", "Engine", "Completion", "Git"] },
        { "Training", ["Configuration", "Completion"] },
        { "Adaptation", ["Configuration", "Documents", "Engine", "Completion", "Git", "Samples", "Evaluation", "Adapters", "Training"] },
        { "Statistics", ["Configuration", "Storage", "Completion"] },
        { "Rpc", ["Configuration", "Documents", "Engine", "Completion", "Models", "Adapters", "Adaptation", "Git", "Statistics"] },
        { "Hosting", ["Configuration", "Documents", "Engine", "Completion", "Models", "Evaluation", "Adapters", "Adaptation", "Training", "Git", "Statistics", "Rpc"] },
        { "Diagnosis", ["Configuration", "Engine", "Models", "Git", "Hosting"] },
    };

    [Fact]
    public void References_go_one_way()
    {
        Assert.Empty(OwnReferences(Protocol));
        Assert.Empty(OwnReferences(Llama));
        Assert.Equal(["LocalCopilot.Llama"], OwnReferences(Training));
        Assert.Empty(OwnReferences(Daemon).Except(["LocalCopilot.Training", "LocalCopilot.Llama", "LocalCopilot.Protocol"]));

        static HashSet<string> OwnReferences(Assembly assembly) =>
            [.. assembly.GetReferencedAssemblies().Select(reference => reference.Name!).Where(name => name.StartsWith("LocalCopilot", StringComparison.OrdinalIgnoreCase))];
    }

    [Fact]
    public void The_protocol_refers_to_the_base_library_and_StreamJsonRpc_only()
    {
        var others = Protocol.GetReferencedAssemblies().Select(reference => reference.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal) && name is not ("StreamJsonRpc" or "netstandard"));

        Assert.Empty(others);
    }

    [Fact]
    public void Unsafe_code_is_in_the_bindings_only()
    {
        Assert.True(IsUnsafe(Llama));
        Assert.False(IsUnsafe(Training));
        Assert.False(IsUnsafe(Daemon));
        Assert.False(IsUnsafe(Protocol));

        static bool IsUnsafe(Assembly assembly) => assembly.ManifestModule.IsDefined(typeof(UnverifiableCodeAttribute), inherit: false);
    }

    [Theory]
    [MemberData(nameof(AllowedFolders))]
    public void A_folder_knows_only_the_folders_below_it(string folder, string[] allowed)
    {
        string[] forbidden =
        [
            .. Daemon.GetTypes().Select(type => type.Namespace ?? "")
                .Where(name => name.StartsWith(Root + ".", StringComparison.Ordinal))
                .Select(name => name.Split('.')[2]).Distinct()
                .Where(other => other != folder && !allowed.Contains(other))
                .Select(other => $"{Root}.{other}"),
        ];

        var result = Types.InAssembly(Daemon).That().ResideInNamespaceStartingWith($"{Root}.{folder}").ShouldNot().HaveDependencyOnAny(forbidden).GetResult();

        Assert.True(result.IsSuccessful, $"These know what lies above {folder}: {string.Join(", ", result.FailingTypeNames ?? [])}");
    }

    [Fact]
    public void Names_say_what_a_type_is()
    {
        string[] vague = ["Manager", "Helper", "Helpers", "Util", "Utils", "Processor"];

        var named = new[] { Daemon, Training, Llama, Protocol }.SelectMany(assembly => assembly.GetTypes())
            .Where(type => vague.Any(word => type.Name.EndsWith(word, StringComparison.Ordinal)));

        Assert.Empty(named);
    }

    [Fact]
    public void No_state_is_static_and_mutable()
    {
        var mutable = new[] { Daemon, Training, Protocol }.SelectMany(assembly => assembly.GetTypes())
            .Where(type => !IsGenerated(type))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => !field.IsInitOnly && !field.IsLiteral && !field.IsDefined(typeof(CompilerGeneratedAttribute)))
            .Select(field => $"{field.DeclaringType}.{field.Name}");

        Assert.Empty(mutable);
    }

    [Fact]
    public void The_daemon_refers_to_no_network_library()
    {
        string[] network = ["System.Net.Http", "System.Net.Requests", "System.Net.WebSockets", "System.Net.WebClient", "System.Net.Security", "System.Net.Quic", "System.Net.Mail"];

        Assert.All(Daemon.GetReferencedAssemblies(), reference => Assert.DoesNotContain(reference.Name, network));
    }

    [Fact]
    public void The_executable_has_no_public_types()
    {
        var exported = Daemon.GetExportedTypes().Where(type => !IsGenerated(type)).Select(type => type.FullName);

        Assert.Empty(exported);
    }

    private static bool IsGenerated(Type type) =>
        type.IsDefined(typeof(CompilerGeneratedAttribute))
        || type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute))
        || type.Name.Contains('<', StringComparison.Ordinal)
        || (type.DeclaringType is { } outer && IsGenerated(outer));
}
