using System.Text;
using LibGit2Sharp;
using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Tests.Completion.Context;

public sealed class ContextSourceTests : IDisposable
{
    private const string Service = """
        namespace Shop;

        public sealed class InvoiceLedger
        {
            public decimal SumOfOpenInvoices(int customer)
            {
                return _invoices.Where(invoice => invoice.Customer == customer).Sum(invoice => invoice.Amount);
            }
        }

        """;

    private readonly TemporaryRepository _repository = new();
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("lc-index-");
    private readonly OpenDocuments _open = new();
    private ContextSource _source;

    public ContextSourceTests() => _source = Create();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _source.Dispose();
        _repository.Dispose();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task A_chunk_with_the_names_at_the_cursor_is_found()
    {
        _repository.Write("src/InvoiceLedger.cs", Service);
        _repository.Write("src/Other.cs", "namespace Shop;\n\npublic sealed class Weather\n{\n    public int Degrees { get; }\n}\n");
        _repository.Commit();

        ContextChunk chunk = (await FindAsync("var sum = ledger.SumOfOpenInvoices("))[0];

        Assert.Equal("src/InvoiceLedger.cs", chunk.Path);
        Assert.Contains("SumOfOpenInvoices", chunk.Text, StringComparison.Ordinal);
        Assert.EndsWith("\n", chunk.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_named_alike_is_found_too()
    {
        _repository.Write("a.py", "class OpenInvoiceReport:\n    def total_amount(self):\n        return sum(self.rows)\n");

        Assert.Equal("a.py", (await FindAsync("report = open_invoice_report"))[0].Path);
    }

    [Fact]
    public async Task Nothing_of_the_file_with_the_cursor_is_given()
    {
        _repository.Write("cursor.cs", Service);

        Assert.Empty(await FindAsync("SumOfOpenInvoices("));
    }

    [Fact]
    public async Task Open_documents_come_first_with_their_unsaved_text()
    {
        _repository.Write("src/InvoiceLedger.cs", Service);
        _repository.Write("src/Open.cs", "saved long ago\n");
        string unsaved = Service.Replace("InvoiceLedger", "UnsavedLedger", StringComparison.Ordinal);
        _open.Changed(this, new(UriOf("src/Open.cs"), "csharp", 2, unsaved));

        IReadOnlyList<ContextChunk> chunks = await FindAsync("ledger.SumOfOpenInvoices(customer) invoice");

        Assert.Equal("src/Open.cs", chunks[0].Path);
        Assert.Contains("UnsavedLedger", chunks[0].Text, StringComparison.Ordinal);
        _open.SessionEnded(this);
        Assert.DoesNotContain(await FindAsync("ledger.SumOfOpenInvoices(customer) invoice"), chunk => chunk.Text.Contains("UnsavedLedger", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_text_is_given_once()
    {
        _repository.Write("a.cs", Service);
        _repository.Write("b.cs", Service);

        Assert.Single(await FindAsync("ledger.SumOfOpenInvoices("));
    }

    [Fact]
    public async Task A_new_file_is_found_soon_after_it_was_saved()
    {
        _repository.Write("src/Other.cs", "namespace Shop;\n\npublic sealed class Weather\n{\n    public int Degrees { get; }\n}\n");
        await _source.WhenIndexedAsync(_repository.Root, Cancelled);

        _repository.Write("src/Brand.cs", Service.Replace("SumOfOpenInvoices", "SumOfBrandNewInvoices", StringComparison.Ordinal));
        _open.WasSaved(Path.Combine(_repository.Root, "src", "Brand.cs"));

        await Eventually.HoldsAsync(async () => (await FindAsync("SumOfBrandNewInvoices(")).Any(chunk => chunk.Path == "src/Brand.cs"));
    }

    [Fact]
    public async Task Changed_and_deleted_files_are_followed_without_an_editor()
    {
        _repository.Write("a.cs", Service);
        await _source.WhenIndexedAsync(_repository.Root, Cancelled);
        Assert.NotEmpty(await FindAsync("SumOfOpenInvoices("));

        _repository.Write("a.cs", Service.Replace("SumOfOpenInvoices", "SumOfClosedInvoices", StringComparison.Ordinal));
        await Eventually.HoldsAsync(async () => (await FindAsync("SumOfClosedInvoices(")).Any(chunk => chunk.Text.Contains("SumOfClosedInvoices", StringComparison.Ordinal)));
        File.Delete(Path.Combine(_repository.Root, "a.cs"));

        await Eventually.HoldsAsync(async () => (await FindAsync("SumOfClosedInvoices(")).Count == 0);
    }

    [Fact]
    public async Task What_must_not_be_read_is_not_found()
    {
        string secret = Service.Replace("return", "var token = \"ghp_0123456789abcdefghijABCDEFGHIJ456789\";\n        return", StringComparison.Ordinal);
        _repository.Write(".gitignore", "ignored.cs\n");
        _repository.Write(".localcopilotignore", "/private/\n");
        _repository.Write(".localcopilot.json", """{ "exclude": ["*.excluded.cs"] }""");
        _repository.Write("ignored.cs", Service);
        _repository.Write("private/a.cs", Service);
        _repository.Write("a.excluded.cs", Service);
        _repository.Write("node_modules/a.ts", Service);
        _repository.Write("generated.cs", "// <auto-generated/>\n" + Service);
        _repository.Write("secret.cs", secret);
        _repository.Write("binary.cs", Service + "\0");
        _repository.Write("minified.js", Service + new string('x', 2000));
        await File.WriteAllBytesAsync(Path.Combine(_repository.Root, "latin1.cs"), Encoding.Latin1.GetBytes(Service + "// é\n"), Cancelled);
        await File.WriteAllTextAsync(Path.Combine(_repository.Root, "large.cs"), Service + new string('\n', 600_000), Cancelled);

        Assert.Empty(await FindAsync("ledger.SumOfOpenInvoices("));
    }

    [Fact]
    public async Task A_repository_that_turns_LocalCopilot_off_is_not_read()
    {
        _repository.Write(".localcopilot.json", """{ "enabled": false }""");
        _repository.Write("a.cs", Service);

        Assert.Empty(await FindAsync("ledger.SumOfOpenInvoices("));
    }

    [Fact]
    public async Task An_index_survives_and_goes_on_where_it_was()
    {
        _repository.Write("a.cs", Service);
        await _source.WhenIndexedAsync(_repository.Root, Cancelled);
        _source.Dispose();
        _repository.Write("b.cs", Service.Replace("InvoiceLedger", "SecondLedger", StringComparison.Ordinal));

        _source = Create();

        Assert.Equal(2, (await FindAsync("ledger.SumOfOpenInvoices(")).Count);
    }

    [Theory]
    [InlineData("no database at all")]
    [InlineData("")]
    public async Task A_damaged_index_is_built_anew(string content)
    {
        _repository.Write("a.cs", Service);
        await _source.WhenIndexedAsync(_repository.Root, Cancelled);
        _source.Dispose();
        foreach (FileInfo file in _data.EnumerateFiles("*.db*", SearchOption.AllDirectories))
        {
            await File.WriteAllTextAsync(file.FullName, string.Concat(Enumerable.Repeat(content, 500)), Cancelled);
        }

        _source = Create();

        Assert.NotEmpty(await FindAsync("ledger.SumOfOpenInvoices("));
    }

    [Fact]
    public async Task Repositories_of_every_kind_are_opened()
    {
        // Without commits.
        _repository.Write("a.cs", Service);
        Assert.NotEmpty(await FindAsync("SumOfOpenInvoices("));
        string commit = _repository.Commit();

        // A detached head.
        using (Repository repository = new(_repository.Root))
        {
            Commands.Checkout(repository, commit);
        }

        Assert.NotEmpty(await FindAsync("SumOfOpenInvoices("));

        // A bare one, and a plain folder.
        string bare = Path.Combine(_data.FullName, "bare.git");
        Repository.Clone(_repository.Root, bare, new CloneOptions { IsBare = true });
        Assert.Empty(await FindAsync("SumOfOpenInvoices(", bare));
        DirectoryInfo plain = _data.CreateSubdirectory("plain");
        await File.WriteAllTextAsync(Path.Combine(plain.FullName, "a.cs"), Service, Cancelled);
        Assert.NotEmpty(await FindAsync("SumOfOpenInvoices(", plain.FullName));

        // None, and one that is gone.
        Assert.Empty(await FindAsync("SumOfOpenInvoices(", Path.Combine(_data.FullName, "missing")));
    }

    [Fact]
    public void The_nearest_names_come_first_and_keywords_never()
    {
        IReadOnlyList<string> terms = ContextSource.TermsOf(new() { Path = "a", LanguageId = "csharp", Before = "public static int Far() { return Near", After = "LaterName" });

        Assert.Equal(["Near", "Far", "LaterName", "later", "name"], terms);
    }

    private ContextSource Create()
    {
        LocalCopilotPaths paths = new()
        {
            ConfigurationDirectory = _data.FullName,
            DataDirectory = _data.FullName,
            StateDirectory = _data.FullName,
            RuntimeDirectory = _data.FullName,
        };
        return new(paths, new(), _open, NullLogger<ContextSource>.Instance);
    }

    private async Task<IReadOnlyList<ContextChunk>> FindAsync(string before, string? root = null)
    {
        root ??= _repository.Root;
        await _source.WhenIndexedAsync(root, Cancelled);
        return await _source.FindAsync(new() { RepositoryRoot = root, Path = Path.Combine(root, "cursor.cs"), LanguageId = "csharp", Before = before }, Cancelled);
    }

    private string UriOf(string path) => new Uri(Path.Combine(_repository.Root, path)).AbsoluteUri;
}
