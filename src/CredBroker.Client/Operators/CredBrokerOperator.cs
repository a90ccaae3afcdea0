using CredBroker.Client.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.Client.Operators;

/// <summary>
/// The broker as people who look after it call it: responders and platform teams. Every call carries an operator token and may throw
/// <see cref="BrokerRefusedException"/> (<c>OPERATOR_ROLE_REQUIRED</c> where the role is not enough) or <see cref="BrokerUnavailableException"/>.
/// </summary>
public sealed class CredBrokerOperator : IDisposable
{
    private readonly BrokerConnection _connection;

    /// <summary>A broker by options.</summary>
    /// <param name="options">Where it is and how to speak to it; what they say about evidence and purpose does not matter here.</param>
    /// <param name="token">Gets the operator token; asked for each call, so that a token may be replaced meanwhile.</param>
    /// <param name="time">The clock; null = the system's.</param>
    /// <param name="loggers">Where to log; null = nowhere. Nothing secret is logged.</param>
    /// <exception cref="ArgumentException">The options will not do; the message says why.</exception>
    public CredBrokerOperator(
        CredBrokerOptions options, Func<CancellationToken, ValueTask<string>> token, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(token);
        _connection = new BrokerConnection(options, new NoEvidenceSource(), time ?? TimeProvider.System, loggers ?? NullLoggerFactory.Instance);
        var calls = new OperatorCalls(_connection, token);
        Revocations = new OperatorRevocations(calls);
        Fences = new OperatorFences(calls);
        Quarantines = new OperatorQuarantines(calls);
        DeadLetters = new OperatorDeadLetters(calls);
        Leases = new OperatorLeases(calls);
        Tasks = new OperatorTasks(calls);
        Approvals = new OperatorApprovals(calls);
        Platform = new OperatorPlatform(calls);
    }

    /// <summary>Mass revocation.</summary>
    public OperatorRevocations Revocations { get; }

    /// <summary>Standing fences.</summary>
    public OperatorFences Fences { get; }

    /// <summary>Tasks and workloads in quarantine.</summary>
    public OperatorQuarantines Quarantines { get; }

    /// <summary>Leases whose backend would not revoke them.</summary>
    public OperatorDeadLetters DeadLetters { get; }

    /// <summary>What has been issued.</summary>
    public OperatorLeases Leases { get; }

    /// <summary>What agents are doing.</summary>
    public OperatorTasks Tasks { get; }

    /// <summary>What waits for people to agree.</summary>
    public OperatorApprovals Approvals { get; }

    /// <summary>What platform teams turn.</summary>
    public OperatorPlatform Platform { get; }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _connection.Dispose();
}
