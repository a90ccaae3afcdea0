using CredBroker.Tokens;

namespace CredBroker.Tests.Tokens;

/// <summary>A store of rings with a clock of its own, as the real one has.</summary>
internal sealed class InMemoryKeyStore(TimeProvider time) : ISigningKeyStore
{
    public static readonly TimeSpan ClockBound = TimeSpan.FromMinutes(1);

    public StoredKeyRing? Ring { get; set; }

    public HashSet<string> Withdrawn { get; } = [];

    /// <summary>Runs once before the next put: another replica that is faster.</summary>
    public Func<Task>? BeforeNextPut { get; set; }

    public Task<StoredKeyRing?> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Ring);

    public async Task<bool> TryPutAsync(KeyRingPut put, CancellationToken cancellationToken)
    {
        var before = BeforeNextPut;
        BeforeNextPut = null;
        if (before is not null) await before();
        if (Ring?.Version != put.Expected) return false;
        Ring = put.Ring;
        Withdrawn.UnionWith(put.Withdrawn);
        return true;
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => Task.Delay(atMost, time, cancellationToken);
}
