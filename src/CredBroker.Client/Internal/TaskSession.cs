using Grpc.Core;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Internal;

/// <summary>What everything that belongs to one task shares: its token, and the knowledge of whether it is over.</summary>
internal sealed class TaskSession : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly string _token;

    public TaskSession(BrokerConnection connection, string taskId, string token, bool isBound = false)
    {
        IsBound = isBound;
        Connection = connection;
        TaskId = taskId;
        _token = token;
        Ended = _ended.Token;
    }

    public BrokerConnection Connection { get; }

    public string TaskId { get; }

    /// <summary>Whether the token is good with the connection's key alone.</summary>
    public bool IsBound { get; }

    public TimeProvider Time => Connection.Time;

    /// <summary>Fires once the task is over. It can be looked at after disposal too.</summary>
    public CancellationToken Ended { get; }

    public string RevealToken() => _token;

    /// <summary>The flag is up on return; whoever listens hears of it on another thread, so that no listener can break a call.</summary>
    public void MarkEnded()
    {
        try
        {
            _ = _ended.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // A late answer met a task that nobody holds any more.
        }
    }

    /// <summary>
    /// Makes a call with the task token. A broker that says that the task is over has ended the session; one that wants fresh evidence
    /// gets it, once, and so does one that knows the task by a certificate that has been rotated.
    /// </summary>
    public async Task<TReply> CallAsync<TRequest, TReply>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TReply>> method,
        TRequest request,
        CancellationToken cancellationToken,
        TimeSpan extraTime = default)
    {
        try
        {
            return await OnceAsync(method, request, cancellationToken, extraTime, isLast: false);
        }
        catch (BrokerRefusedException e) when (e.Reason == "ATTESTATION_EXPIRED" || MayBeRotated(e))
        {
            await HeartbeatAsync(withEvidence: true, cancellationToken);
            return await OnceAsync(method, request, cancellationToken, extraTime);
        }
    }

    public async Task<Wire.HeartbeatResponse> HeartbeatAsync(bool withEvidence, CancellationToken cancellationToken)
    {
        var beat = new Wire.HeartbeatRequest();
        try
        {
            if (!withEvidence) return await OnceAsync(Connection.Tasks.HeartbeatAsync, beat, cancellationToken, isLast: false);
        }
        catch (BrokerRefusedException e) when (MayBeRotated(e))
        {
            // With evidence the task goes on under the new one.
        }

        await ProveAsync(cancellationToken);
        return await OnceAsync(Connection.Tasks.HeartbeatAsync, beat, cancellationToken, beforeRepeating: ProveAsync);

        async Task ProveAsync(CancellationToken token) => beat.Evidence = await Connection.EvidenceAsync(IsBound, token);
    }

    public void Dispose() => _ended.Dispose();

    private async Task<TReply> OnceAsync<TRequest, TReply>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TReply>> method,
        TRequest request,
        CancellationToken cancellationToken,
        TimeSpan extraTime = default,
        Func<CancellationToken, Task>? beforeRepeating = null,
        bool isLast = true)
    {
        try
        {
            return await Connection.CallAsync(method, request, _token, cancellationToken, extraTime, prove: IsBound, beforeRepeating: beforeRepeating);
        }
        catch (BrokerRefusedException e) when (SaysOver(e) && (isLast || !MayBeRotated(e)))
        {
            MarkEnded();
            throw;
        }
    }

    private bool MayBeRotated(BrokerRefusedException refusal) => refusal.Reason is "TASK_TOKEN_INVALID" && Connection.ShowsCertificate;

    private static bool SaysOver(BrokerRefusedException refusal) => refusal.Reason is "TASK_ENDED" or "TASK_TOKEN_INVALID" or "TASK_NOT_FOUND";
}
