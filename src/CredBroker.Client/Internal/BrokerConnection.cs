using CredBroker.Client.Evidence;
using CredBroker.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace CredBroker.Client.Internal;

/// <summary>The one channel to the broker, and the one way to make a call: bounded in time, repeated where that helps, its failures put into words.</summary>
internal sealed partial class BrokerConnection : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly IEvidenceSource _evidence;
    private readonly AttestationService.AttestationServiceClient _attestation;
    private readonly TimeSpan _callTimeout;
    private readonly Uri _address;
    private readonly ILogger _logger;

    public BrokerConnection(CredBrokerOptions options, IEvidenceSource evidence, TimeProvider time, ILoggerFactory loggers)
    {
        OptionsRules.ThrowIfBroken(options);
        _evidence = evidence;
        _callTimeout = options.CallTimeout;
        _address = new Uri(options.Address);
        Key = new DpopKey(time);
        _logger = loggers.CreateLogger<BrokerConnection>();
        Time = time;
        Loggers = loggers;
        _channel = GrpcChannel.ForAddress(options.Address, new GrpcChannelOptions
        {
            ThrowOperationCanceledOnCancellation = true,
            HttpHandler = BrokerTransport.Create(options, evidence, time),
            DisposeHttpClient = true,
        });
        var calls = _channel.Intercept(new ProofInterceptor(Key, _address));
        _attestation = new AttestationService.AttestationServiceClient(_channel);
        Tasks = new TaskService.TaskServiceClient(calls);
        Credentials = new CredentialService.CredentialServiceClient(calls);
        Leases = new LeaseService.LeaseServiceClient(calls);
        Governance = new GovernanceService.GovernanceServiceClient(calls);
        Revocations = new RevocationService.RevocationServiceClient(calls);
        Approvals = new ApprovalService.ApprovalServiceClient(calls);
    }

    public TimeProvider Time { get; }

    public ILoggerFactory Loggers { get; }

    /// <summary>The key of this connection; what is bound to it is good by this connection alone.</summary>
    public DpopKey Key { get; }

    /// <summary>Whether it is made with a certificate, which may be rotated: what is bound to the old one is then refused.</summary>
    public bool ShowsCertificate => _evidence is IConnectionCertificateSource;

    public TaskService.TaskServiceClient Tasks { get; }

    public CredentialService.CredentialServiceClient Credentials { get; }

    public LeaseService.LeaseServiceClient Leases { get; }

    public GovernanceService.GovernanceServiceClient Governance { get; }

    public RevocationService.RevocationServiceClient Revocations { get; }

    public ApprovalService.ApprovalServiceClient Approvals { get; }

    /// <summary>Fresh evidence, as the protocol carries it.</summary>
    /// <param name="prove">Whether it goes with a proof of <see cref="Key"/>; an answer to a challenge is then good with that key alone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Protocol.V1.Evidence> EvidenceAsync(bool prove, CancellationToken cancellationToken)
    {
        var evidence = _evidence is IChallengedEvidenceSource answering
            ? await answering.GetAsync(await ChallengeAsync(answering.Attestor, prove ? Key.Thumbprint : "", cancellationToken), cancellationToken)
            : await _evidence.GetAsync(cancellationToken);
        return new Protocol.V1.Evidence { Attestor = evidence.Attestor, Payload = ByteString.CopyFrom(evidence.Payload.Span) };
    }

    /// <summary>Makes a call.</summary>
    /// <param name="method">The stub's method.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="token">The caller's token; null where the call needs none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="extraTime">How much longer than usual the broker may take, because it was asked to wait.</param>
    /// <param name="once">Whether the call is made once only, because a second one would do more than the first.</param>
    /// <param name="prove">Whether the call proves that <see cref="Key"/> is held here.</param>
    /// <param name="beforeRepeating">Makes the request good for another attempt, such as by evidence that has not been used; null = it is.</param>
    public async Task<TReply> CallAsync<TRequest, TReply>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TReply>> method,
        TRequest request,
        string? token,
        CancellationToken cancellationToken,
        TimeSpan extraTime = default,
        bool once = false,
        bool prove = false,
        Func<CancellationToken, Task>? beforeRepeating = null)
    {
        var budget = _callTimeout + extraTime;
        var start = Time.GetTimestamp();
        using var timeout = new CancellationTokenSource(budget, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var hasNonce = false;
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await method(request, new CallOptions(HeadersFor(token, prove), cancellationToken: either.Token));
                }
                catch (RpcException e) when (prove && !hasNonce && RpcFailures.NonceOf(e) is { } nonce)
                {
                    Key.Take(_address, nonce);
                    hasNonce = true;
                }
                catch (RpcException e)
                {
                    var delay = attempt < MaxAttempts && !once ? RpcFailures.RetryDelay(e, attempt) : null;
                    if (delay is null || delay > budget - Time.GetElapsedTime(start)) throw RpcFailures.Translate(e);
                    Retrying(typeof(TRequest).Name, e.StatusCode, attempt, delay.Value.TotalMilliseconds);
                    await Task.Delay(delay.Value, Time, either.Token);
                    if (beforeRepeating is not null) await beforeRepeating(either.Token);
                }
            }
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new BrokerUnavailableException($"The broker did not answer within {budget.TotalSeconds:0} s.", e);
        }
    }

    public void Dispose()
    {
        _channel.Dispose();
        Key.Dispose();
    }

    private async Task<string> ChallengeAsync(string attestor, string key, CancellationToken cancellationToken) =>
        (await CallAsync(_attestation.GetChallengeAsync, new GetChallengeRequest { Attestor = attestor, KeyThumbprint = key }, token: null, cancellationToken)).Challenge;

    private static Metadata HeadersFor(string? token, bool prove) =>
        prove ? ProofInterceptor.HeadersFor(token) : token is null ? [] : new Metadata { { "authorization", $"Bearer {token}" } };

    private const int MaxAttempts = 4;

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Call} failed with {StatusCode} at attempt {Attempt}; trying again in {DelayMs:0} ms")]
    private partial void Retrying(string call, StatusCode statusCode, int attempt, double delayMs);
}
