using CredBroker.Attestation;
using CredBroker.Protocol.V1;
using CredBroker.Revocation;
using CredBroker.Server.Api.Wire;
using CredBroker.Server.Hosting;
using CredBroker.Server.Proofs;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary><c>RevocationFeedService</c> of the protocol.</summary>
internal sealed class RevocationFeedGrpcService(
    WorkloadAttestation attestation, RevocationFeed feed, ProofOfPossession proofs, StreamDrain streams, TimeProvider time)
    : RevocationFeedService.RevocationFeedServiceBase
{
    private const int MaxEventsPerMessage = 2_000;

    public override async Task WatchRevocations(
        WatchRevocationsRequest request, IServerStreamWriter<WatchRevocationsResponse> responseStream, ServerCallContext context)
    {
        FeedCursor? cursor = null;
        if (request.Cursor.Length > 0 && !FeedCursor.TryParse(request.Cursor, out cursor)) throw RefusedException.Invalid("cursor", "is not one of this feed");
        var watcher = await attestation.AttestAsync(
            Read.Evidence(request.Evidence, context) with { Possession = proofs.Of(context.GetHttpContext()) }, context.CancellationToken);
        if (watcher.Kind != CredBroker.WorkloadKind.Service)
            throw new RefusedException(ErrorReason.PolicyDenied, "Only services may watch revocations.");
        var audiences = watcher.Rule.Audiences.Select(audience => LeaseLabel.Of("audience", audience)).ToHashSet(StringComparer.Ordinal);

        // One attestation is good for so long; the watcher comes back with fresh evidence and its cursor.
        using var attested = new CancellationTokenSource(watcher.Rule.ReattestEvery, time);
        using var stream = streams.Enter(attested.Token, context.CancellationToken);
        try
        {
            await foreach (var slice in feed.WatchAsync(cursor, stream.End))
                foreach (var message in Messages(slice, audiences)) await responseStream.WriteAsync(message, context.CancellationToken);
        }
        catch (OperationCanceledException) when (stream.End.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            // The end of the attestation, or of this broker, is an ordinary end of the stream.
        }
    }

    /// <summary>A slice in messages of bounded size; the cursor stands on the last alone, for a part must not be resumed after.</summary>
    private static IEnumerable<WatchRevocationsResponse> Messages(FeedSlice slice, HashSet<string> audiences)
    {
        var events = slice.Events.Where(e => e.AudienceHash is { } audience && audiences.Contains(audience)).ToList();
        var offset = 0;
        do
        {
            var part = events.Skip(offset).Take(MaxEventsPerMessage).ToList();
            var last = offset + part.Count >= events.Count;
            var message = new WatchRevocationsResponse
            {
                Cursor = last ? slice.Cursor.Write() : "",
                AsOf = Write.Instant(slice.AsOf),
                Reset = slice.Reset && offset == 0,
                SnapshotComplete = slice.Reset && last,
            };
            message.Revoked.AddRange(part.Select(e => new RevokedLease
            {
                LeaseId = e.LeaseId.Value,
                ExpiresAt = Write.Instant(e.ExpiresAt),
                Reason = (Protocol.V1.EndReason)e.Reason,
            }));
            if (offset == 0)
            {
                message.Fences.AddRange(slice.Fences.Select(WriteFenceEvent.Of).OfType<FenceEvent>());
                message.WithdrawnKeyIds.AddRange(slice.WithdrawnKeyIds);
            }

            yield return message;
            offset += part.Count;
        }
        while (offset < events.Count);
    }
}
