using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Grpc.Core;
using Grpc.Net.Client;

namespace CredBroker.Server.Tests.Api;

/// <summary>The ways to present a token wrongly.</summary>
internal static class WrongHeaders
{
    public static IEnumerable<WrongCall> All()
    {
        yield return Invalid("no token", _ => []);
        yield return Invalid("empty", _ => Authorization(""));
        yield return Invalid("scheme alone", _ => Authorization("Bearer"));
        yield return Invalid("no scheme", context => Authorization(context.Task.Token));
        yield return Invalid("scheme Basic", context => Authorization("Basic " + context.Task.Token));
        yield return Invalid("scheme DPoP without a proof", context => Authorization("DPoP " + context.Task.Token), "PROOF_INVALID");
        yield return Invalid("two headers, both good", context => [.. BrokerCalls.Bearer(context.Task.Token), .. BrokerCalls.Bearer(context.Task.Token)]);
        yield return Invalid("two tokens in one header", context => Authorization($"Bearer {context.Task.Token}, Bearer {context.Task.Token}"));
        yield return Invalid("another secret", context => BrokerCalls.Bearer($"cbt_{context.Task.Id}.{new string('A', 43)}"));
        yield return Invalid("a task that there is not", _ => BrokerCalls.Bearer($"cbt_tsk_0001M85W36RBFW9TQJ9R7B1YDZT2.{new string('A', 43)}"));
        yield return Invalid("a bucket that there is not", _ => BrokerCalls.Bearer($"cbt_tsk_ff01M85W36RBFW9TQJ9R7B1YDZT2.{new string('A', 43)}"));
        yield return Invalid("cut", context => BrokerCalls.Bearer(context.Task.Token[..^1]));
        yield return Invalid("one more character", context => BrokerCalls.Bearer(context.Task.Token + "A"));
        yield return Invalid("another dot", context => BrokerCalls.Bearer(context.Task.Token.Replace(".", "..", StringComparison.Ordinal)));
        yield return Invalid("upper case", context => BrokerCalls.Bearer(context.Task.Token.ToUpperInvariant()));
        yield return Invalid("16 KB", _ => BrokerCalls.Bearer(new string('A', 16 * 1024)));
        yield return Invalid("an access token", context => BrokerCalls.Bearer(context.AccessToken));
        yield return new WrongCall("beside binary metadata that is none", "issue", StatusCode.Unauthenticated, "TASK_TOKEN_INVALID", null, CallWithBadBinaryAsync);
    }

    private static async Task CallWithBadBinaryAsync(WrongCallContext context)
    {
        using var handler = new BadBinaryMetadata { InnerHandler = new SocketsHttpHandler() };
        using var channel = GrpcChannel.ForAddress(context.Site.ReadEndpoints()["grpc"], new GrpcChannelOptions { HttpHandler = handler });
        await new CredentialService.CredentialServiceClient(channel).IssueAsync(new IssueRequest { Template = "orders-api" });
    }

    private static WrongCall Invalid(string name, Func<WrongCallContext, Metadata> headers, string reason = "TASK_TOKEN_INVALID") =>
        new("token " + name, "issue", StatusCode.Unauthenticated, reason, null, context => context.IssueAsync(headers(context)));

    private static Metadata Authorization(string value) => new() { { "authorization", value } };

    private sealed class BadBinaryMetadata : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("trace-bin", "!!!");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
