using System.Text;
using LocalCopilot.Llama;

namespace LocalCopilot.Tests.Llama;

/// <summary>Text survives its tokens byte for byte, on real files.</summary>
public class RoundTripTests(ClonedRepositories repositories) : IClassFixture<ClonedRepositories>
{
    [Fact]
    public void A_thousand_source_files_come_back_from_the_embedded_model_s_tokens() => ComeBack(EmbeddedModel.Path);

    [Fact]
    public void A_thousand_source_files_come_back_from_SmolLM2_s_tokens() => ComeBack(SharedFiles.SmolLm2);

    private void ComeBack(string path)
    {
        using LlamaModel model = LlamaModel.Load(path, new() { VocabularyOnly = true });
        LlamaVocabulary vocabulary = model.Vocabulary;
        int files = 0;
        foreach (byte[] bytes in Texts().Take(1000))
        {
            int[] tokens = vocabulary.Tokenize(Encoding.UTF8.GetString(bytes));
            byte[] back = [.. tokens.SelectMany(token => vocabulary.GetPiece(token).ToArray())];
            Assert.True(bytes.AsSpan().SequenceEqual(back));
            Assert.DoesNotContain(tokens, token => vocabulary.IsControl(token));
            files++;
        }

        Assert.Equal(1000, files);
    }

    /// <summary>The working trees, and as these have fewer files, all text blobs of the histories' newest commits.</summary>
    private IEnumerable<byte[]> Texts() =>
        repositories.SourceFiles().Select(File.ReadAllBytes).Concat(OtherTexts())
            .Where(bytes => bytes.Length is > 0 and < 200_000 && Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes)).AsSpan().SequenceEqual(bytes));

    private IEnumerable<byte[]> OtherTexts()
    {
        foreach (string name in (string[])["sep", "datasette", "vscode-languageserver-node"])
        {
            using LibGit2Sharp.Repository repository = new(repositories.Clone(name));
            LibGit2Sharp.Tree? after = null;
            foreach (LibGit2Sharp.Commit commit in repository.Commits.Take(400))
            {
                LibGit2Sharp.Tree before = commit.Tree;
                if (after is not null)
                {
                    foreach (LibGit2Sharp.TreeEntryChanges change in repository.Diff.Compare<LibGit2Sharp.TreeChanges>(before, after))
                    {
                        if (change.Status == LibGit2Sharp.ChangeKind.Modified && Path.GetExtension(change.Path) is ".cs" or ".py" or ".ts" or ".js" or ".md"
                            && repository.Lookup(change.OldOid, LibGit2Sharp.ObjectType.Blob) is LibGit2Sharp.Blob { Size: > 0 and < 200_000 } blob)
                        {
                            using Stream content = blob.GetContentStream();
                            using MemoryStream copy = new();
                            content.CopyTo(copy);
                            yield return copy.ToArray();
                        }
                    }
                }

                after = before;
            }
        }
    }
}
