using CredBroker.Revocation;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Previews and second opinions in Redis.</summary>
internal sealed class RedisPreviewStore(RedisStore store) : IPreviewStore
{
    private static readonly TimeSpan RememberPreview = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RememberFirst = TimeSpan.FromHours(1);

    public Task RememberAsync(string previewDigest, long count, CancellationToken cancellationToken) =>
        store.GuardAsync(database => database.StringSetAsync(OrderKeys.Prefix + "pv:" + previewDigest, count, RememberPreview), cancellationToken);

    public async Task<long?> RecallAsync(string previewDigest, CancellationToken cancellationToken)
    {
        var count = await store.GuardAsync(database => database.StringGetAsync(OrderKeys.Prefix + "pv:" + previewDigest), cancellationToken);
        return count.IsNull ? null : (long)count;
    }

    public async Task<string?> SecondAsync(FenceId fence, string principal, CancellationToken cancellationToken)
    {
        RedisKey key = OrderKeys.Prefix + "lift:" + fence.Value;
        await store.GuardAsync(database => database.StringSetAsync(key, principal, RememberFirst, When.NotExists), cancellationToken);
        var first = (string?)await store.GuardAsync(database => database.StringGetAsync(key), cancellationToken);
        return first is null || first == principal ? null : first;
    }
}
