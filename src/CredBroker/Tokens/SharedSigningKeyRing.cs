using System.Globalization;
using System.Security.Cryptography;
using CredBroker.Audit;
using Microsoft.Extensions.Logging;

namespace CredBroker.Tokens;

/// <summary>
/// The ring that replicas share through their store. It believes only what it has unsealed itself, and never goes back to an
/// older ring than it has seen: a store that lost or was given another one gets this one again.
/// </summary>
public sealed partial class SharedSigningKeyRing(
    ISigningKeyStore store, KeyRingSeal seal, KeyRingPlan plan, IAuditLog audit, TimeProvider time, ILogger<SharedSigningKeyRing> logger)
    : ISigningKeyRing, IDisposable
{
    private const int MaxAttempts = 20;
    private static readonly KeyRingCause Schedule = new(AuditActor.System, "schedule", Emergency: false);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile KeyRing? _ring;
    private StoredKeyRing? _held;

    /// <inheritdoc/>
    public SigningKey Current
    {
        get
        {
            var ring = Held;
            return ring.Keys[ring.SignerAt(time.GetUtcNow())].Private!;
        }
    }

    /// <inheritdoc/>
    public DateTimeOffset? SigningSince
    {
        get
        {
            var ring = Held;
            return ring.Keys[ring.SignerAt(time.GetUtcNow())].SignsFrom;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SigningKey> Signers => [.. Held.Keys.Select(key => key.Private).OfType<SigningKey>()];

    /// <inheritdoc/>
    /// <remarks>It depends on the ring alone and on no clock, so replicas that have read the same ring publish the same.</remarks>
    public IReadOnlyList<PublicSigningKey> Published => [.. Held.Keys.Select(key => key.Public)];

    private KeyRing Held => _ring ?? throw new InvalidOperationException("The ring has not been opened.");

    /// <summary>Reads the ring, or makes the first one, and does to it whatever is due.</summary>
    /// <exception cref="CryptographicException">The first ring that was ever read here is not sealed under this key, or has been changed.</exception>
    /// <exception cref="RefusedException">Store or audit trail are not to be had; what was held stays in force.</exception>
    public Task RefreshAsync(CancellationToken cancellationToken) => ChangeAsync(plan.Maintain, Schedule, cancellationToken);

    /// <summary>Makes the next key the current one, or drops all keys for new ones.</summary>
    /// <exception cref="RefusedException">Store or audit trail are not to be had, or others changed the ring all the time.</exception>
    internal async Task<RotatedSigningKey> RotateAsync(KeyRingCause cause, CancellationToken cancellationToken)
    {
        var before = "";
        var ring = await ChangeAsync(
            (ring, now) =>
            {
                before = ring.Keys[ring.SignerAt(now)].Public.Id;
                return cause.Emergency ? plan.Withdraw(ring, now) : plan.Rotate(ring, now);
            },
            cause,
            cancellationToken);
        var signer = ring.SignerAt(time.GetUtcNow());
        var key = ring.Keys[signer].Public.Id == before ? ring.Keys[signer + 1] : ring.Keys[signer];
        // As the store keeps it, so that every replica answers the same.
        return new RotatedSigningKey(key.Public.Id, DateTimeOffset.FromUnixTimeMilliseconds(key.SignsFrom.ToUnixTimeMilliseconds()));
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<KeyRing> ChangeAsync(Func<KeyRing, DateTimeOffset, KeyRing> change, KeyRingCause cause, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; attempt < MaxAttempts; attempt++)
            {
                var stored = await store.ReadAsync(cancellationToken);
                var isHeld = TryHold(stored);
                var now = time.GetUtcNow();
                var next = _ring is { } held ? change(held, now) : plan.Begin(now);
                if (isHeld && ReferenceEquals(next, _ring)) return next;
                next = next with { Version = (_ring?.Version ?? 0) + 1 };
                await audit.AppendAsync(KeyRingLine.Of(AuditEventType.SigningKeyChangeAllowed, next, cause, now), cancellationToken);
                if (await TryPutAsync(stored?.Version, next, cause)) return next;
                await RecordOvertakenAsync(next, cause, now);
            }

            throw new RefusedException(ErrorReason.ConcurrentUpdate, "Other brokers changed the signing keys meanwhile; try again.");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes over what the store has; false where it has to be given what is held here.</summary>
    private bool TryHold(StoredKeyRing? stored)
    {
        if (stored is not null && stored == _held) return true;
        if (stored is null) return false;
        KeyRing ring;
        try
        {
            ring = seal.Open(stored.Content);
        }
        catch (CryptographicException exception) when (_ring is not null)
        {
            LogForeign(exception);
            return false;
        }

        if (ring.Version < _ring?.Version)
        {
            LogOlder(ring.Version, _ring.Version);
            return false;
        }

        (_ring, _held) = (ring, stored);
        LogHeld(ring.Version, ring.Keys.Count);
        return true;
    }

    private async Task<bool> TryPutAsync(string? expected, KeyRing next, KeyRingCause cause)
    {
        var stored = new StoredKeyRing(next.Version.ToString(CultureInfo.InvariantCulture), seal.Seal(next));
        var put = new KeyRingPut(expected, stored, [.. next.Withdrawn.Select(key => key.Id)], plan.Keep) { WhateverTheClocksSay = cause.Emergency };
        // The line is written, so a caller who goes away changes nothing any more.
        if (!await store.TryPutAsync(put, CancellationToken.None)) return false;
        (_ring, _held) = (next, stored);
        LogHeld(next.Version, next.Keys.Count);
        return true;
    }

    private async Task RecordOvertakenAsync(KeyRing ring, KeyRingCause cause, DateTimeOffset now)
    {
        try
        {
            await audit.AppendAsync(KeyRingLine.Of(AuditEventType.SigningKeyChangeOvertaken, ring, cause, now), CancellationToken.None);
        }
        catch (RefusedException exception)
        {
            LogNotRecorded(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Signing keys: version {Version}, {Count} keys.")]
    private partial void LogHeld(long version, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "The signing keys in the store are none of ours: they are replaced by those held here.")]
    private partial void LogForeign(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The signing keys in the store went back from version {Held} to {Found}: they are replaced by those held here.")]
    private partial void LogOlder(long found, long held);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The audit trail does not say that another broker changed the signing keys first.")]
    private partial void LogNotRecorded(Exception exception);
}
