using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace CredBroker.Verification.Keys;

/// <summary>
/// The broker's public keys: the last ones read stay in force while the broker does not answer, and tokens that name unknown
/// keys cause at most one read in <see cref="CredBrokerVerificationOptions.UnknownKeyInterval"/>.
/// </summary>
internal sealed partial class SigningKeySource(DiscoveryClient discovery, CredBrokerVerificationOptions options, TimeProvider time, ILogger<SigningKeySource> logger)
{
    private readonly Lock _gate = new();
    private volatile Snapshot? _snapshot;
    private Task<bool>? _reading;
    private long? _lastRead;

    /// <summary>Keys have been read, and not too long ago.</summary>
    public bool AreFresh => _snapshot is { } snapshot && time.GetElapsedTime(snapshot.ReadAt) <= options.MaxKeyAge;

    /// <summary>Whether this very key is still one of the broker's.</summary>
    public bool Holds(SigningKey key) => _snapshot is { } snapshot && snapshot.Keys.TryGetValue(key.Id, out var held) && ReferenceEquals(held, key);

    public ValueTask<SigningKeyLookup> FindAsync(string id, CancellationToken cancellationToken) =>
        _snapshot is { } snapshot && snapshot.Keys.TryGetValue(id, out var key)
            ? ValueTask.FromResult(new SigningKeyLookup(key, true))
            : FindAfterReadAsync(id, cancellationToken);

    /// <summary>Reads the keys now; false where that failed and the old ones stay. Never throws but for cancellation of the wait.</summary>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        // A read that is under way was asked before whatever the caller has heard of.
        var earlier = Volatile.Read(ref _reading);
        if (earlier is not null) await earlier.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await ReadOnce(TimeSpan.Zero).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<SigningKeyLookup> FindAfterReadAsync(string id, CancellationToken cancellationToken)
    {
        var certain = await ReadOnce(options.UnknownKeyInterval).WaitAsync(cancellationToken).ConfigureAwait(false);
        return _snapshot is { } snapshot && snapshot.Keys.TryGetValue(id, out var key)
            ? new SigningKeyLookup(key, true)
            : new SigningKeyLookup(null, certain);
    }

    /// <summary>Joins a read that is under way, or the outcome of one that is younger than the interval, or starts one.</summary>
    private Task<bool> ReadOnce(TimeSpan interval)
    {
        lock (_gate)
        {
            if (_reading is { IsCompleted: false }) return _reading;
            if (_reading is not null && _lastRead is { } last && time.GetElapsedTime(last) < interval) return _reading;
            _lastRead = time.GetTimestamp();

            // Not the caller's token: others wait for the same read.
            return _reading = Task.Run(() => ReadAsync());
        }
    }

    private async Task<bool> ReadAsync()
    {
        // The answer is as old as the question.
        var asked = time.GetTimestamp();
        try
        {
            var keys = await discovery.ReadKeysAsync(CancellationToken.None).ConfigureAwait(false);
            var before = _snapshot?.Keys;
            var merged = keys.ToFrozenDictionary(
                key => key.Id, key => before is not null && before.TryGetValue(key.Id, out var old) && old.IsSame(key) ? old : key, StringComparer.Ordinal);
            _snapshot = new Snapshot(merged, asked);
            LogRead(merged.Count);
            return true;
        }
        catch (Exception failure)
        {
            LogFailed(failure);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Read {Count} keys of the broker.")]
    private partial void LogRead(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker's keys could not be read; the last good ones stay.")]
    private partial void LogFailed(Exception failure);

    private sealed record Snapshot(FrozenDictionary<string, SigningKey> Keys, long ReadAt);
}
