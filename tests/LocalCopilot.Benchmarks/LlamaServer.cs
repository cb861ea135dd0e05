using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace LocalCopilot.Benchmarks;

/// <summary>llama.cpp's own server as a child process, on a local port.</summary>
internal sealed class LlamaServer : IAsyncDisposable
{
    private const int Port = 18713;

    private readonly Process _process;
    private readonly HttpClient _client = new() { BaseAddress = new($"http://127.0.0.1:{Port}") };

    private LlamaServer(Process process) => _process = process;

    /// <summary>Suffix first where the model wants that, as its own card says, so that the server's cache works as well as it can.</summary>
    public static async Task<LlamaServer> StartAsync(string executable, string model, int contextTokens, int threads, bool suffixFirst, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "-m", model, "-c", $"{contextTokens}", "-b", $"{contextTokens}", "-t", $"{threads}", "-tb", $"{threads}", "-np", "1", "--port", $"{Port}", "--no-webui",
            .. suffixFirst ? (string[])["--spm-infill"] : [],
        ];
        ProcessStartInfo start = new(executable, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        LlamaServer server = new(Process.Start(start)!);
        _ = server._process.StandardError.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
        _ = server._process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
        for (int attempt = 0; attempt < 200; attempt++)
        {
            try
            {
                if ((await server._client.GetAsync("/health", cancellationToken)).IsSuccessStatusCode)
                {
                    return server;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100, cancellationToken);
        }

        throw new TimeoutException("llama-server did not become ready within 20 s.");
    }

    /// <summary>Has the line that follows the cursor written.</summary>
    /// <returns>Tokens of the prompt, those from the server's cache among them.</returns>
    public async Task<int> CompleteLineAsync(string prefix, string suffix, int maxTokens, CancellationToken cancellationToken)
    {
        JsonObject request = new()
        {
            ["input_prefix"] = prefix,
            ["input_suffix"] = suffix,
            ["n_predict"] = maxTokens,
            ["temperature"] = 0,
            ["top_k"] = 1,
            ["samplers"] = new JsonArray("top_k"),
            ["cache_prompt"] = true,
            ["stop"] = new JsonArray("\n"),
        };
        using HttpResponseMessage response = await _client.PostAsJsonAsync("/infill", request, cancellationToken);
        response.EnsureSuccessStatusCode();
        JsonNode answer = (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!;
        return answer["tokens_evaluated"]!.GetValue<int>();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
