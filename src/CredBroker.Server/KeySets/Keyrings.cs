using System.Collections.Concurrent;

namespace CredBroker.Server.KeySets;

/// <summary>Every keyring of this server, so that one watcher keeps them all fresh.</summary>
internal sealed class Keyrings(TimeProvider time, ILogger<Keyring> logger) : IDisposable
{
    private readonly ConcurrentQueue<Keyring> _all = new();
    private readonly ConcurrentQueue<IKeySource> _sources = new();

    public IReadOnlyCollection<Keyring> All => _all;

    /// <summary>Makes the keyring of one owner; the watcher begins to read it at its next look.</summary>
    public Keyring Open(KeyringTerms terms, IKeySource source)
    {
        var keyring = new Keyring(terms, source, time, logger);
        _sources.Enqueue(source);
        _all.Enqueue(keyring);
        return keyring;
    }

    public void Dispose()
    {
        foreach (var source in _sources) source.Dispose();
    }
}
