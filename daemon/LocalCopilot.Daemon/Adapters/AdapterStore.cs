using System.Security.Cryptography;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Adapters;

/// <summary>Keeps adapters: their files, named by the hash of their content, and the catalogue.</summary>
/// <remarks>
/// Usable from any thread. A file is on the disk under its name before the catalogue knows it, and the catalogue forgets it before it
/// is deleted: after a crash at any moment every adapter in the catalogue is whole. Files that it does not know are removed when it is
/// opened, at the first use; where that fails, as on a full disk, it is tried again at the next.
/// </remarks>
internal sealed partial class AdapterStore(LocalCopilotPaths paths, LocalCopilotOptions options, ILogger<AdapterStore> logger) : IDisposable
{
    private readonly string _folder = paths.AdapterDirectory;
    private readonly long _maxBytes = options.Adaptation.MaxAdapterMegabytes * 1_000_000L;
    private readonly Lock _opening = new();
    private AdapterCatalogue? _catalogue;

    /// <summary>Another adapter is active, or none.</summary>
    public event Action<string>? Changed;

    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">It cannot be opened now: the disk is full, or the like.</exception>
    /// <exception cref="IOException">The same.</exception>
    public AdapterCatalogue Catalogue
    {
        get
        {
            lock (_opening)
            {
                return _catalogue ??= Open();
            }
        }
    }

    public AdapterFile FileOf(StoredAdapter adapter) => new(adapter.Id, PathOf(adapter.Id));

    /// <summary>Takes an adapter in.</summary>
    /// <param name="file">Where it lies; it is copied.</param>
    /// <param name="describe">Makes the catalogue's entry of id and size.</param>
    /// <exception cref="IOException">The disk is full, or the like; nothing has changed.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The same.</exception>
    public StoredAdapter Add(string file, Func<string, long, StoredAdapter> describe)
    {
        // Opened before the file is there, since what it does not know is removed then.
        AdapterCatalogue catalogue = Catalogue;
        string id;
        using (FileStream content = File.OpenRead(file))
        {
            id = IdOf(content);
            content.Position = 0;
            AtomicFile.Write(PathOf(id), content.CopyTo);
        }

        StoredAdapter adapter = describe(id, new FileInfo(file).Length);
        catalogue.Add(adapter);
        Limit(adapter);
        return adapter;
    }

    /// <summary>The adapter that is served; null: the base model.</summary>
    public StoredAdapter? Active(string repository, string fingerprint) => Catalogue.Active(repository, fingerprint);

    public void Activate(StoredAdapter adapter)
    {
        Catalogue.Activate(adapter);
        Changed?.Invoke(adapter.Repository);
    }

    /// <inheritdoc cref="AdapterCatalogue.TryActivate"/>
    public bool TryActivate(StoredAdapter adapter, StoredAdapter? insteadOf, bool isSameStep)
    {
        bool isActive = Catalogue.TryActivate(adapter, insteadOf, isSameStep);
        if (isActive)
        {
            Changed?.Invoke(adapter.Repository);
        }

        return isActive;
    }

    /// <summary>Goes back to the adapter that was active before, then to none.</summary>
    /// <returns>What is active now.</returns>
    public StoredAdapter? Rollback(string repository, string fingerprint)
    {
        Catalogue.Rollback(repository, fingerprint);
        Changed?.Invoke(repository);
        return Active(repository, fingerprint);
    }

    /// <summary>Takes an adapter from what is active and from what a rollback brings back, and keeps it.</summary>
    public void Deactivate(StoredAdapter adapter)
    {
        Catalogue.Deactivate(adapter.Id);
        Changed?.Invoke(adapter.Repository);
    }

    /// <summary>Whether its file is there and, as far as it can be read, has the content that was taken in.</summary>
    public bool IsWhole(StoredAdapter adapter)
    {
        try
        {
            using FileStream content = File.OpenRead(PathOf(adapter.Id));
            return IdOf(content) == adapter.Id;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What cannot be read now may be another time.
            return true;
        }
    }

    public void Remove(StoredAdapter adapter)
    {
        Catalogue.Remove(adapter.Id);
        File.Delete(PathOf(adapter.Id));
        Changed?.Invoke(adapter.Repository);
    }

    /// <summary>Removes all of a repository's adapters and what is known of them.</summary>
    public void Forget(string repository)
    {
        IReadOnlyList<StoredAdapter> adapters = Catalogue.Of(repository);
        Catalogue.Forget(repository);
        foreach (StoredAdapter adapter in adapters)
        {
            File.Delete(PathOf(adapter.Id));
        }

        Changed?.Invoke(repository);
    }

    public void Dispose() => _catalogue?.Dispose();

    private static string IdOf(Stream content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private string PathOf(string id) => Path.Combine(_folder, id + ".gguf");

    /// <summary>Removes the oldest of all until the others fit; never what is active, what a rollback would bring back, or the newest.</summary>
    private void Limit(StoredAdapter newest)
    {
        IReadOnlyList<StoredAdapter> all = Catalogue.All();
        long bytes = all.Sum(adapter => adapter.Bytes);
        HashSet<string?> needed = [newest.Id, .. all.Select(adapter => (adapter.Repository, adapter.ModelFingerprint)).Distinct().SelectMany(pair => Catalogue.History(pair.Repository, pair.ModelFingerprint).Take(2))];
        foreach (StoredAdapter oldest in all.Reverse().Where(adapter => !needed.Contains(adapter.Id)))
        {
            if (bytes <= _maxBytes)
            {
                return;
            }

            Remove(oldest);
            bytes -= oldest.Bytes;
        }
    }

    private AdapterCatalogue Open()
    {
        bool wasDamaged = false;
        AdapterCatalogue catalogue = AdapterCatalogue.Open(paths.CatalogueFile, aside =>
        {
            wasDamaged = true;
            Log.Damaged(logger, aside);
        });
        if (wasDamaged || !Directory.Exists(_folder))
        {
            return catalogue;
        }

        HashSet<string> known = [.. catalogue.All().Select(adapter => PathOf(adapter.Id))];
        foreach (string file in Directory.EnumerateFiles(_folder).Where(file => !known.Contains(file)))
        {
            File.Delete(file);
        }

        return catalogue;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The catalogue of adapters was damaged; it was moved to {Path}, and a new one begun. Completions come from the base model until the next adaptation")]
        public static partial void Damaged(ILogger logger, string path);
    }
}
