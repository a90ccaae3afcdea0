using CredBroker.Client.Evidence;
using CredBroker.Client.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client;

/// <summary>The broker over gRPC. Make one for the process; disposing it ends every task that it opened and that is still open.</summary>
public sealed class CredBrokerClient : ICredBroker, IAsyncDisposable
{
    private readonly BrokerConnection _connection;
    private readonly OpenTasks _openTasks;
    private readonly bool _mayProve;
    private volatile bool _proves;

    /// <summary>A broker by its address.</summary>
    /// <param name="address">Such as <c>https://broker.acme.test:8443</c>; <c>http://</c> for the same machine only.</param>
    /// <param name="evidence">Where the proof of what this process is comes from.</param>
    /// <exception cref="ArgumentException">The address will not do; the message says why.</exception>
    public CredBrokerClient(string address, IEvidenceSource evidence)
        : this(new CredBrokerOptions { Address = address }, evidence)
    {
    }

    /// <summary>A broker by options.</summary>
    /// <param name="options">Where it is and how to speak to it.</param>
    /// <param name="evidence">Where the proof of what this process is comes from; null = as the options say.</param>
    /// <param name="time">The clock; null = the system's.</param>
    /// <param name="loggers">Where to log; null = nowhere. Nothing secret is logged.</param>
    /// <exception cref="ArgumentException">The options will not do; the message says why.</exception>
    public CredBrokerClient(CredBrokerOptions options, IEvidenceSource? evidence = null, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _connection = new BrokerConnection(options, evidence ?? EvidenceOf(options), time ?? TimeProvider.System, loggers ?? NullLoggerFactory.Instance);
        _openTasks = new OpenTasks(options.HandleSignals);
        _mayProve = options.ProofOfPossession != ProofOfPossession.Never;
        _proves = options.ProofOfPossession == ProofOfPossession.Always;
    }

    /// <inheritdoc/>
    public async Task<BrokerTask> OpenTaskAsync(TaskRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var prove = _proves;
        Wire.OpenTaskResponse answer;
        try
        {
            answer = await OpenAsync(request, prove, cancellationToken);
        }
        catch (BrokerRefusedException e) when (e.Reason == "PROOF_INVALID" && !prove && _mayProve)
        {
            _proves = prove = true;
            answer = await OpenAsync(request, prove, cancellationToken);
        }

        var session = new TaskSession(_connection, answer.Task.Id, answer.TaskToken, prove);
        var lifetime = new TaskLifetime(session, _openTasks);
        lifetime.Start(answer.Task.HeartbeatInterval?.ToTimeSpan());
        return new BrokerTask(session, lifetime, answer.Task);
    }

    /// <inheritdoc/>
    public async Task<BrokerTask> JoinTaskAsync(string taskToken, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(taskToken);
        var answer = await _connection.CallAsync(_connection.Tasks.GetTaskAsync, new Wire.GetTaskRequest(), taskToken, cancellationToken);
        var session = new TaskSession(_connection, answer.Task.Id, taskToken);
        if (answer.Task.State is Wire.TaskState.Sealed or Wire.TaskState.Ended) session.MarkEnded();
        return new BrokerTask(session, new TaskLifetime(session, openTasks: null), answer.Task);
    }

    /// <inheritdoc/>
    public async Task<BrokerStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        var answer = await _connection.CallAsync(_connection.Governance.GetStatusAsync, new Wire.GetStatusRequest(), token: null, cancellationToken);
        return answer.ToStatus();
    }

    /// <summary>Ends every task that is still open, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _openTasks.DisposeAsync();
        _connection.Dispose();
    }

    private async Task<Wire.OpenTaskResponse> OpenAsync(TaskRequest request, bool prove, CancellationToken cancellationToken)
    {
        var wire = request.ToWire(await _connection.EvidenceAsync(prove, cancellationToken));
        return await _connection.CallAsync(
            _connection.Tasks.OpenTaskAsync, wire, token: null, cancellationToken, prove: prove,
            beforeRepeating: async token => wire.Evidence = await _connection.EvidenceAsync(prove, token));
    }

    private static IEvidenceSource EvidenceOf(CredBrokerOptions options) => options.EvidenceFile is { Length: > 0 } file
        ? new FileEvidenceSource(file, options.Attestor)
        : new EnvironmentEvidenceSource(attestor: options.Attestor);
}
