using CredBroker.Testing.Audit;
using CredBroker.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.Tests.Tokens;

/// <summary>One replica's ring, on a clock that is wrong by so much.</summary>
internal sealed class KeyReplica : IDisposable
{
    public static readonly TimeSpan RotateEvery = TimeSpan.FromHours(1);

    public KeyReplica(ISigningKeyStore store, KeyEncryptionKey key, TimeProvider time, TimeSpan skew = default)
    {
        Clock = new SkewedTime(time, skew);
        Ring = new SharedSigningKeyRing(
            store, new KeyRingSeal(key), new KeyRingPlan(RotateEvery, InMemoryKeyStore.ClockBound), Audit, Clock, NullLogger<SharedSigningKeyRing>.Instance);
        Rotation = new SigningKeyRotation(Ring);
    }

    public SharedSigningKeyRing Ring { get; }

    public SigningKeyRotation Rotation { get; }

    public RecordingAuditLog Audit { get; } = new();

    public TimeProvider Clock { get; }

    public IReadOnlyList<string> Ids => [.. Ring.Published.Select(key => key.Id)];

    public Task<RotatedSigningKey> RotateAsync(bool emergency = false) => Rotation.RotateAsync("because", emergency, "ada", CancellationToken.None);

    public Task RefreshAsync() => Ring.RefreshAsync(CancellationToken.None);

    public void Dispose() => Ring.Dispose();

    private sealed class SkewedTime(TimeProvider inner, TimeSpan skew) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + skew;
    }
}
