using CredBroker.Leases;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Previews and second opinions in Redis. They are little, and a revocation needs them: a full store takes them too.</summary>
internal sealed class RedisPreviewStore(RedisStore store) : IPreviewStore
{
    private static readonly TimeSpan RememberPreview = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RememberFirst = TimeSpan.FromHours(1);

    public Task RememberAsync(string previewDigest, long count, CancellationToken cancellationToken) =>
        store.RunAsync(LuaScript.Remember, [OrderKeys.Prefix + "pv:" + previewDigest], [count, Instant.Write(RememberPreview), "0"], cancellationToken);

    public async Task<long?> RecallAsync(string previewDigest, CancellationToken cancellationToken)
    {
        var count = await store.GuardAsync(database => database.StringGetAsync(OrderKeys.Prefix + "pv:" + previewDigest), cancellationToken);
        return count.IsNull ? null : (long)count;
    }

    public async Task<string?> SecondAsync(FenceId fence, string principal, CancellationToken cancellationToken)
    {
        var reply = await store.RunAsync(
            LuaScript.Remember, [OrderKeys.Prefix + "lift:" + fence.Value], [principal, Instant.Write(RememberFirst), "1"], cancellationToken);
        return reply.Text(0) is var first && first == principal ? null : first;
    }
}
