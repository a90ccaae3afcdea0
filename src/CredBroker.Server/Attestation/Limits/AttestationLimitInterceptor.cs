using CredBroker.Attestation;
using CredBroker.Protocol.V1;
using CredBroker.Server.Hosting.Connections;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CredBroker.Server.Attestation.Limits;

/// <summary>
/// Counts, by the address that they come from, the calls for which nobody needs a token, before any work is done for them; and those whose
/// token or proof turns out to be no good, so that nobody fills the audit trail with such refusals.
/// </summary>
internal sealed class AttestationLimitInterceptor(AttestationLimits limits) : Interceptor
{
    // More than a good request has; others are refused without a challenge.
    private const int MaxKey = 256;

    private static readonly HashSet<string> Methods = new(StringComparer.Ordinal)
    {
        $"/{TaskService.Descriptor.FullName}/OpenTask",
        $"/{AttestationService.Descriptor.FullName}/GetChallenge",
        $"/{RevocationFeedService.Descriptor.FullName}/WatchRevocations",
    };

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Count(context);
        if (request is GetChallengeRequest asked) CountKey(asked, context);
        return CountStrangerAsync(() => continuation(request, context), context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        CountStrangerAsync(() => continuation(requestStream, context), context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Count(context);
        return CountStrangerAsync(() => Completed(continuation(request, responseStream, context)), context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        CountStrangerAsync(() => Completed(continuation(requestStream, responseStream, context)), context);

    // Nobody has proved yet that the key is theirs: counted for all addresses together, anybody could lock its owner out.
    private void CountKey(GetChallengeRequest asked, ServerCallContext context)
    {
        if (asked.Attestor.Length + asked.KeyThumbprint.Length > MaxKey) return;
        AttestationLimits.Count(limits.PerSubject, $"{AddressOf(context)} {asked.Attestor} {asked.KeyThumbprint}");
    }

    private void Count(ServerCallContext context)
    {
        if (Methods.Contains(context.Method)) AttestationLimits.Count(limits.PerAddress, AddressOf(context));
    }

    // Afterwards: whoever has a good token is not to suffer from a stranger at the same address.
    private async Task<T> CountStrangerAsync<T>(Func<Task<T>> call, ServerCallContext context)
    {
        try
        {
            return await call();
        }
        catch (RefusedException refusal) when (refusal.Reason is ErrorReason.TaskTokenInvalid or ErrorReason.ProofInvalid && !Methods.Contains(context.Method))
        {
            AttestationLimits.Count(limits.PerAddress, AddressOf(context));
            throw;
        }
    }

    private static async Task<bool> Completed(Task task)
    {
        await task;
        return true;
    }

    private static string AddressOf(ServerCallContext context) => NetworkAddress.KeyOf(context.GetHttpContext());
}
