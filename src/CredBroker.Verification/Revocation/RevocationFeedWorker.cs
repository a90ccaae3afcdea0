using CredBroker.Protocol.V1;
using CredBroker.Verification.Keys;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CredBroker.Verification.Revocation;

/// <summary>Keeps the <see cref="RevocationSet"/> current: watches the feed, resumes by cursor, and begins again where it must.</summary>
internal sealed partial class RevocationFeedWorker(
    CredBrokerVerificationOptions options, RevocationSet revocations, FeedHealth health, SigningKeySource keys, EvidenceSource evidence, TimeProvider time,
    ILogger<RevocationFeedWorker> logger) : BackgroundService
{
    private const int MaxMessageBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    // Where to resume; only ever the cursor of a message that is fully in force.
    private string _cursor = "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.BrokerAddress is null)
        {
            LogNoFeed();
            return;
        }

        using var channel = GrpcChannel.ForAddress(options.BrokerAddress, new GrpcChannelOptions
        {
            HttpHandler = BrokerTransport.Create(options),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaxMessageBytes,
        });
        var client = new RevocationFeedService.RevocationFeedServiceClient(channel);
        var third = options.MaxFeedAge / 3;
        var backoff = new Backoff(FirstPause, third < LongestPause ? third : LongestPause);
        while (!stoppingToken.IsCancellationRequested)
        {
            if (await WatchAsync(client, stoppingToken).ConfigureAwait(false)) backoff.Reset();
            await Task.Delay(backoff.Next(), time, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>One connection, to its end; true where it brought anything.</summary>
    private async Task<bool> WatchAsync(RevocationFeedService.RevocationFeedServiceClient client, CancellationToken stoppingToken)
    {
        var heard = false;
        using var silence = new CancellationTokenSource(options.MaxFeedAge, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, silence.Token);
        try
        {
            revocations.AbandonSnapshot();
            var request = new WatchRevocationsRequest { Evidence = await evidence.ReadAsync(either.Token).ConfigureAwait(false), Cursor = _cursor };
            using var call = client.WatchRevocations(request, cancellationToken: either.Token);
            await foreach (var message in call.ResponseStream.ReadAllAsync(either.Token).ConfigureAwait(false))
            {
                heard = true;
                var application = Apply(message);
                if (application == FeedApplication.Full) return false;

                // Messages alone are not enough: a replica that has stopped reading its store is left for another.
                if (application == FeedApplication.Staged || health.State == FeedState.Fresh) silence.CancelAfter(options.MaxFeedAge);
            }

            LogEnded();
        }
        catch (RpcException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the host ends the call, which gRPC tells in its own way.
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            LogLost(health.State, silence.IsCancellationRequested ? "no progress" : ReasonOf(failure), failure);
            if (failure is RpcException { StatusCode: StatusCode.InvalidArgument or StatusCode.OutOfRange }) _cursor = "";
        }

        return heard;
    }

    private FeedApplication Apply(WatchRevocationsResponse message)
    {
        var application = revocations.Apply(message);
        if (application == FeedApplication.Full)
        {
            LogFull(revocations.LeaseCount);
            _cursor = "";
        }

        // A key may have been withdrawn while nobody told us, so a new snapshot asks for the keys too.
        if (message.WithdrawnKeyIds.Count > 0 || application == FeedApplication.Replaced) _ = keys.RefreshAsync(CancellationToken.None);
        if (application is not (FeedApplication.Added or FeedApplication.Replaced)) return application;

        // A part without a cursor has more behind it, so its `as_of` is not reached yet.
        if (message.Cursor.Length == 0) return application;
        _cursor = message.Cursor;
        health.Heard(message.AsOf?.ToDateTimeOffset(), application == FeedApplication.Replaced);
        if (application == FeedApplication.Replaced) LogSnapshot(revocations.LeaseCount, revocations.FenceRuleCount);
        return application;
    }

    // Status details are the broker's words for callers; they hold no secret.
    private static string ReasonOf(Exception failure) => failure is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : failure.GetType().Name;

    [LoggerMessage(Level = LogLevel.Warning, Message = "No revocation feed is configured: a revoked token is accepted until it expires.")]
    private partial void LogNoFeed();

    [LoggerMessage(Level = LogLevel.Information, Message = "Revocation feed is whole: {Leases} revoked leases, {Fences} fence rules.")]
    private partial void LogSnapshot(int leases, int fences);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Revocation feed ended by the broker; resuming with fresh evidence.")]
    private partial void LogEnded();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Revocation feed lost while {State} ({Reason}); reconnecting.")]
    private partial void LogLost(FeedState state, string reason, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "More is revoked than may be held ({Leases} leases); the feed is not whole until a snapshot fits.")]
    private partial void LogFull(int leases);
}
