using CredBroker.Conformance.Stores;
using CredBroker.Leases;
using CredBroker.Server.Tests.Storage.Forms;
using CredBroker.Tasks;
using CredBroker.Testing.Stores;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Storage;

/// <summary>A Redis that is full, stuck or gone: issuing stops with a refusal, revocation goes on where it can, and all goes on by itself afterwards.</summary>
[TestFixture, Category("Fault"), Parallelizable(ParallelScope.Self)]
public sealed class StoreFaultTests
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [OneTimeSetUp]
    public async Task SkipWithoutRedisAsync()
    {
        if (await RedisForms.Server.ReasonToSkipAsync() is { } reason) Assert.Ignore(reason);
    }

    [Test]
    public async Task Full_Store_RefusesToIssueAndGoesOnRevoking()
    {
        await using var server = await RedisServerProcess.StartAsync("--maxmemory", "8mb");
        await using var servers = await ServersAsync(server);
        await using var broker = await BrokerServices.ConnectAsync(servers, StoreForm.Rules);
        var task = await broker.OpenAsync();
        var tokens = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => broker.IssueAsync(task)));
        var secrets = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => broker.IssueAsync(task, LeaseDraft.Secret)));
        var position = (await broker.ReadLogAsync()).Cursor;
        await FillAsync(servers.Admin.GetDatabase());

        AssertStoreUnavailable(() => broker.TryBeginAsync(task, LeaseDraft.Token with { FenceEpoch = 0 }));
        AssertStoreUnavailable(() => broker.OpenAsync());

        Assert.That(await broker.Tasks.HeartbeatAsync(task.Token, reattested: task.Token, CancellationToken.None), Is.TypeOf<HeartbeatOutcome.Extended>());
        foreach (var some in tokens.Concat(secrets).Chunk(RevokeRequest.MaxLeases)) Assert.That(await broker.TryRevokeAsync(some), Has.Count.EqualTo(some.Length));
        Assert.That((await broker.SettleAsync(await broker.ClaimAsync(secrets[0]), SettlementOutcome.Revoked))?.State, Is.EqualTo(LeaseState.Revoked));
        Assert.That((await broker.SettleAsync(await broker.ClaimAsync(secrets[1]), SettlementOutcome.Dead))?.State, Is.EqualTo(LeaseState.Irrevocable));
        var fence = await broker.Fences.RaiseAsync(Fence(), CancellationToken.None);
        Assert.That(await broker.Fences.LiftAsync(fence.Id, CancellationToken.None), Is.True);
        await broker.Previews.RememberAsync("digest", 7, CancellationToken.None);
        Assert.That(await broker.Previews.RecallAsync("digest", CancellationToken.None), Is.EqualTo(7));
        Assert.That(await broker.Previews.SecondAsync(fence.Id, "kim", CancellationToken.None), Is.Null);
        Assert.That(await broker.Previews.SecondAsync(fence.Id, "lee", CancellationToken.None), Is.EqualTo("kim"));
        Assert.That(await broker.SealAsync(task), Is.EqualTo(SealOutcome.Sealed));
        await broker.FinishAsync(task);
        Assert.That((await broker.ReadAsync(task)).State, Is.EqualTo(TaskState.Ended));
        Assert.That((await broker.ReadLogAsync(position)).Events, Has.Count.EqualTo(tokens.Length));
    }

    [Test]
    public async Task Stuck_Store_RefusedWithinTheCallsTimeAndThenGoesOn()
    {
        await using var server = await RedisServerProcess.StartAsync();
        await using var servers = await ServersAsync(server);
        await using var broker = await BrokerServices.ConnectAsync(servers, StoreForm.Rules, CallTimeout);
        var task = await broker.OpenAsync();
        server.Pause();
        var start = TimeProvider.System.GetTimestamp();

        AssertStoreUnavailable(() => broker.TryBeginAsync(task, LeaseDraft.Token with { FenceEpoch = 0 }));

        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(Patience / 2));
        server.Continue();
        await UntilIssuedAsync(broker, task);
    }

    [Test]
    public async Task Gone_Store_RefusedAtOnceAndThenGoesOn()
    {
        await using var server = await RedisServerProcess.StartAsync("--appendfsync", "always");
        await using var servers = await ServersAsync(server);
        await using var broker = await BrokerServices.ConnectAsync(servers, StoreForm.Rules, CallTimeout);
        var task = await broker.OpenAsync();
        var lease = await broker.IssueAsync(task);
        await server.KillAsync();

        AssertStoreUnavailable(() => broker.TryBeginAsync(task, LeaseDraft.Token with { FenceEpoch = 0 }));
        AssertStoreUnavailable(() => broker.TryRevokeAsync([lease]));
        AssertStoreUnavailable(() => broker.ReadLogAsync());
        await broker.Log.WaitAsync(TimeSpan.FromMilliseconds(10), CancellationToken.None).WaitAsync(Patience, TimeProvider.System);

        await server.StartAgainAsync();
        await UntilIssuedAsync(broker, task);
        Assert.That(await broker.TryRevokeAsync([lease]), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Gone_LongerThanAHeartbeatTakes_TheTaskIsDueOnlyAWholeIntervalAfterwards()
    {
        await using var server = await RedisServerProcess.StartAsync("--appendfsync", "always");
        await using var servers = await ServersAsync(server);
        await using var broker = await BrokerServices.ConnectAsync(servers, StoreForm.Rules, CallTimeout);
        var task = await broker.OpenAsync(new TaskDraft { HeartbeatInterval = TimeSpan.FromSeconds(6) });
        await server.KillAsync();
        AssertStoreUnavailable(() => broker.Due.ReadDueAsync(10, CancellationToken.None));
        await UntilAsync(() => Task.FromResult(TimeProvider.System.GetUtcNow() > task.Task.HeartbeatDeadline));
        await server.StartAgainAsync();
        await UntilAsync(async () => (await ReadDueAsync(broker, task)).Contains(task.Id.Value));

        Assert.That(await broker.SealIfDueAsync(task), Is.EqualTo(SealOutcome.NotDue));

        Assert.That(await ReadDueAsync(broker, task), Is.Empty, "what is not due yet is not met at every turn");
        await UntilAsync(async () => (await ReadDueAsync(broker, task)).Contains(task.Id.Value));
        Assert.That(await broker.SealIfDueAsync(task), Is.EqualTo(SealOutcome.Sealed));
        Assert.That((await broker.ReadAsync(task)).EndReason, Is.EqualTo(EndReason.HeartbeatLost));
    }

    private static async Task<IReadOnlyList<string>> ReadDueAsync(BrokerOnStore broker, HeldTask task)
    {
        try
        {
            return await broker.ReadDueAsync(task);
        }
        catch (RefusedException refusal) when (refusal.Reason == ErrorReason.StoreUnavailable)
        {
            return [];
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(Patience));
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    private static async Task<StoreServers> ServersAsync(RedisServerProcess server) => new(
        await ConnectionMultiplexer.ConnectAsync($"{server.ConnectionString},allowAdmin=true,abortConnect=false"), () => ValueTask.CompletedTask)
    {
        ConnectionString = server.ConnectionString,
    };

    private static async Task FillAsync(IDatabase database)
    {
        for (var size = 512 * 1024; size >= 16; size /= 2)
        {
            try
            {
                for (var i = 0; ; i++) await database.StringSetAsync($"filler:{size}:{i}", new byte[size]);
            }
            catch (RedisServerException)
            {
                // No more of this size.
            }
        }
    }

    private static async Task UntilIssuedAsync(BrokerOnStore broker, HeldTask task)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                Assert.That(await broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.Begun>());
                return;
            }
            catch (RefusedException refusal) when (refusal.Reason == ErrorReason.StoreUnavailable && TimeProvider.System.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    private static void AssertStoreUnavailable(Func<Task> call) => Assert.That(
        async () => await call(),
        Throws.TypeOf<RefusedException>().With.Property(nameof(RefusedException.Reason)).EqualTo(ErrorReason.StoreUnavailable)
            .And.Property(nameof(RefusedException.RetryAfter)).GreaterThan(TimeSpan.Zero));

    private static Fence Fence() => new()
    {
        Id = FenceId.New(TimeProvider.System.GetUtcNow()),
        Selectors = [new LeaseSelector { Tenant = "acme" }],
        Reason = "a leak",
        RaisedBy = "kim",
        RaisedAt = TimeProvider.System.GetUtcNow(),
    };
}
