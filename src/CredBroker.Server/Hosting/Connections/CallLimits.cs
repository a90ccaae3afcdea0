using CredBroker.Attestation;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Hosting.Connections;

/// <summary>
/// How often workloads and addresses may call with a task token, and how many calls they may hold open. Counted in memory, by each replica for
/// itself.
/// </summary>
internal sealed class CallLimits(IOptions<LimitOptions> options, AttestationLimits strangers, TimeProvider time)
{
    private static readonly TimeSpan WatchPause = TimeSpan.FromSeconds(1);

    private readonly RateLimit? _perAddress = Of(time, options.Value.PerAddress, options.Value.PerAddressBurst);
    private readonly RateLimit? _perWorkload = Of(time, options.Value.PerWorkload, options.Value.PerWorkloadBurst);

    // Counted apart: a workload that asks for too much is not to die of that.
    private readonly RateLimit? _heartbeats = Of(time, options.Value.PerWorkload, options.Value.PerWorkloadBurst);
    private readonly Tally _watchesPerAddress = new(options.Value.WatchesPerAddress);
    private readonly Tally _watchesPerWorkload = new(options.Value.WatchesPerWorkload);

    /// <summary>Counts a call of an address.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.RateLimited"/>, with when it may be made.</exception>
    public void CountAddress(string address) => Count(_perAddress, address, "Too many calls of this address; try again later.");

    /// <summary>Counts a call that proves nothing, by the address that it comes from.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.RateLimited"/>, with when it may be made.</exception>
    public void CountStranger(string address) => AttestationLimits.Count(strangers.PerAddress, address);

    /// <summary>Counts a call of a workload.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.RateLimited"/>, with when it may be made.</exception>
    public void CountCall(string subject) => Count(_perWorkload, subject, "Too many calls of this workload; try again later.");

    /// <summary>Counts a heartbeat of a workload.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.RateLimited"/>, with when it may be made.</exception>
    public void CountHeartbeat(string subject) => Count(_heartbeats, subject, "Too many heartbeats of this workload; try again later.");

    /// <summary>Notes a call that lasts as long as its caller wishes, until it is disposed.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.RateLimited"/>: too many of them.</exception>
    public IDisposable Watch(string address, string? subject)
    {
        if (!_watchesPerAddress.TryAdd(address)) throw Refused("Too many streams of this address are open; close some.", WatchPause);
        if (subject is null || _watchesPerWorkload.TryAdd(subject)) return new Held(this, address, subject);
        _watchesPerAddress.Remove(address);
        throw Refused("Too many streams of this workload are open; close some.", WatchPause);
    }

    private static RateLimit? Of(TimeProvider time, int perSecond, int burst) => perSecond == 0 ? null : new RateLimit(time, perSecond, burst);

    private static void Count(RateLimit? limit, string key, string message)
    {
        if (limit?.Take(key) is { } wait) throw Refused(message, wait);
    }

    private static RefusedException Refused(string message, TimeSpan wait) => new(ErrorReason.RateLimited, message) { RetryAfter = wait };

    private sealed class Held(CallLimits limits, string address, string? subject) : IDisposable
    {
        public void Dispose()
        {
            limits._watchesPerAddress.Remove(address);
            if (subject is not null) limits._watchesPerWorkload.Remove(subject);
        }
    }
}
