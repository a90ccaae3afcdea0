using Google.Rpc;
using Grpc.Core;

namespace CredBroker.Server.Tests.Api;

/// <summary>Asserts how a call is refused: code, reason and domain, as a caller's program would look at them.</summary>
internal static class Refused
{
    /// <summary>The call must be refused so; returns the exception for more.</summary>
    public static async Task<RpcException> WithAsync(StatusCode code, string reason, Func<Task> call)
    {
        var refusal = await CatchAsync(call);
        var info = refusal.GetRpcStatus()?.GetDetail<ErrorInfo>();
        Assert.Multiple(() =>
        {
            Assert.That(refusal.StatusCode, Is.EqualTo(code), refusal.Status.Detail);
            Assert.That(info?.Reason, Is.EqualTo(reason), refusal.Status.Detail);
            Assert.That(info?.Domain, Is.EqualTo("credbroker"));
            Assert.That(refusal.Status.Detail, Is.Not.Empty);
        });
        return refusal;
    }

    /// <summary>The call must be refused because of a field.</summary>
    public static async Task<RpcException> ForFieldAsync(string field, Func<Task> call)
    {
        var refusal = await WithAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", call);
        Assert.That(ViolationsOf(refusal), Does.Contain(field));
        return refusal;
    }

    /// <summary>The fields that a refusal complains of.</summary>
    public static IReadOnlyList<string> ViolationsOf(RpcException refusal) =>
        [.. refusal.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations.Select(violation => violation.Field) ?? []];

    public static string? MetadataOf(RpcException refusal, string name) =>
        refusal.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Metadata is { } metadata && metadata.TryGetValue(name, out var value) ? value : null;

    /// <summary>When the caller is told to come back.</summary>
    public static TimeSpan? RetryOf(RpcException refusal) => refusal.GetRpcStatus()?.GetDetail<RetryInfo>()?.RetryDelay.ToTimeSpan();

    public static async Task<RpcException> CatchAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException refusal)
        {
            return refusal;
        }

        throw new AssertionException("The call was not refused.");
    }
}
