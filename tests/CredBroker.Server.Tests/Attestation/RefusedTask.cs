using System.Text.Json;
using System.Text.Json.Nodes;
using CredBroker.Server.Tests.Access;
using CredBroker.Tasks;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Server.Tests.Attestation;

/// <summary>What has to be so when evidence is refused: the reason is in the audit trail before the answer, and there is no task.</summary>
internal static class RefusedTask
{
    /// <summary>Expects that a task is not opened because the evidence proves nothing.</summary>
    /// <param name="broker">Whose task it would be.</param>
    /// <param name="open">Asks for it.</param>
    /// <param name="why">What the refusal says; null = anything.</param>
    /// <param name="secrets">What must not be in the audit trail.</param>
    public static Task ExpectAsync(OperatedBroker broker, Func<Task> open, string? why, params string[] secrets) =>
        ExpectAsync("ATTESTATION_FAILED", broker, open, why, secrets);

    /// <inheritdoc cref="ExpectAsync(OperatedBroker, Func{Task}, string?, string[])"/>
    public static async Task ExpectAsync(string reason, OperatedBroker broker, Func<Task> open, string? why, params string[] secrets)
    {
        var before = await CountTasksAsync(broker);
        var audited = (await broker.ReadAuditAsync()).Length;

        var refused = (await Assert.ThrowsAsync<RpcException>(open))!;

        Assert.That(refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason, Is.EqualTo(reason), refused.Status.Detail);
        if (why is not null) Assert.That(refused.Status.Detail, Does.Contain(why));
        var lines = (await broker.ReadAuditAsync())[audited..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var line = JsonNode.Parse(lines.Single(line => line.Contains("\"refused\"", StringComparison.Ordinal)))!;
        Assert.That(line.ToJsonString(), Does.Contain(reason));
        Assert.That(line.ToJsonString(), Does.Contain(JsonEncodedText.Encode(refused.Status.Detail).ToString()));
        foreach (var secret in secrets) Assert.That(lines, Has.None.Contains(secret));
        Assert.That(await CountTasksAsync(broker), Is.EqualTo(before));
    }

    /// <summary>A lease is always some task's.</summary>
    private static async Task<int> CountTasksAsync(OperatedBroker broker)
    {
        var index = broker.Services.GetRequiredService<ITaskIndex>();
        var pages = await Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => index.ListAsync(bucket, null, 1_000, CancellationToken.None)));
        return pages.Sum(page => page.Positions.Count);
    }
}
