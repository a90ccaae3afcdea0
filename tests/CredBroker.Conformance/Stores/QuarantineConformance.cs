using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>Too many refusals of a task within a while bring about one quarantine, whoever counts them.</summary>
public abstract class QuarantineConformance(IStoreForm form) : StoreConformance(form)
{
    private const int Most = 3;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Count_TooMany_IsInTheQuarantineThatWasProposedThen()
    {
        var task = await Broker.OpenAsync();
        Assert.That((await CountAsync(task)).Quarantine, Is.Null);
        Assert.That((await CountAsync(task)).Quarantine, Is.Null);
        var proposed = Propose(task);

        var count = await CountAsync(task, proposed);

        Assert.That(count, Is.EqualTo(new RefusalCount(proposed, IsNew: true)));
        Assert.That(await CountAsync(task), Is.EqualTo(new RefusalCount(proposed, IsNew: false)));
        Assert.That(await Broker.Quarantines.FindAsync([task.Id], None), Is.EqualTo(proposed));
        Assert.That(await Broker.Quarantines.ListAsync(None), Has.Member(proposed));
    }

    [Test]
    public async Task Count_FarApart_NeverTooMany()
    {
        var task = await Broker.OpenAsync();
        for (var i = 0; i < 2 * Most; i++)
        {
            Assert.That((await CountAsync(task, window: TimeSpan.FromMilliseconds(20))).Quarantine, Is.Null);
            await PassAsync((await Store.ReadTimeAsync()).AddMilliseconds(20));
        }
    }

    [Test]
    public async Task Count_ByManyAtOnce_OneIsNew()
    {
        await using var other = await Store.ConnectAsync();
        var task = await Broker.OpenAsync();

        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => (number % 2 == 0 ? Broker : other).Quarantines.CountAsync(
            Of(task), Propose(task), Most, Window, None)));

        Assert.That(counts.Count(count => count.IsNew), Is.EqualTo(1));
        Assert.That(counts.Count(count => count.Quarantine is null), Is.EqualTo(Most - 1));
        Assert.That(counts.Select(count => count.Quarantine?.FenceId).OfType<FenceId>().Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Count_BelowATaskInQuarantine_IsToldOfThat()
    {
        var parent = await Broker.OpenAsync();
        var child = await Broker.OpenAsync(new TaskDraft { Parent = parent });
        var sibling = await Broker.OpenAsync(new TaskDraft { Parent = parent });
        for (var i = 0; i < Most; i++) await CountAsync(child);

        Assert.That((await CountAsync(parent)).Quarantine, Is.Null);
        Assert.That((await CountAsync(sibling)).Quarantine, Is.Null);
        for (var i = 1; i < Most; i++) await CountAsync(parent);
        Assert.That((await CountAsync(sibling)).Quarantine?.TaskId, Is.EqualTo(parent.Id));
        Assert.That((await Broker.Quarantines.FindAsync([sibling.Id, parent.Id], None))?.TaskId, Is.EqualTo(parent.Id));
    }

    [TestCase("another token"), TestCase("sealed"), TestCase("unknown")]
    public async Task Count_NotTheTasksOrNotOpen_NotCounted(string why)
    {
        var task = why == "unknown" ? new TaskDraft().Build(TimeProvider.System.GetUtcNow()) : await Broker.OpenAsync();
        if (why == "sealed") await Broker.SealAsync(task);
        var refused = why == "another token" ? Of(task) with { TokenHash = new string('f', 64) } : Of(task);

        for (var i = 0; i < 2 * Most; i++) Assert.That((await Broker.Quarantines.CountAsync(refused, Propose(task), Most, Window, None)).Quarantine, Is.Null);
    }

    [Test]
    public async Task Change_ThenRemove_CountsAnew()
    {
        var task = await Broker.OpenAsync();
        for (var i = 0; i < Most; i++) await CountAsync(task);
        var owed = (await Broker.Quarantines.FindAsync([task.Id], None))!;

        var settled = owed with { IsOwed = false };
        var released = settled with { ReleaseBegunAt = owed.At.AddSeconds(1), IsReleased = true };
        Assert.That(await Broker.Quarantines.ChangeAsync(owed, settled, None), Is.True);
        Assert.That(await Broker.Quarantines.ChangeAsync(owed, settled, None), Is.False, "it is not owed any more");
        Assert.That(await Broker.Quarantines.RemoveAsync(owed, None), Is.False, "nor as it was read");
        Assert.That(await Broker.Quarantines.FindAsync([task.Id], None), Is.EqualTo(settled));
        Assert.That(await Broker.Quarantines.ChangeAsync(settled, released, None), Is.True);
        Assert.That(await Broker.Quarantines.FindAsync([task.Id], None), Is.EqualTo(released));
        Assert.That(await Broker.Quarantines.RemoveAsync(released, None), Is.True);

        Assert.That(await Broker.Quarantines.FindAsync([task.Id], None), Is.Null);
        for (var i = 1; i < Most; i++) Assert.That((await CountAsync(task)).Quarantine, Is.Null);
        Assert.That((await CountAsync(task)).IsNew, Is.True);
    }

    [Test]
    public async Task CountWorkload_WithinAWhile_AddsUpAndBeginsAnew()
    {
        var workload = NewWorkload();
        var window = TimeSpan.FromMilliseconds(200);

        Assert.That((await CountAsync("acme", workload, window: window)).Count, Is.EqualTo(1));
        Assert.That((await CountAsync("acme", workload, window: TimeSpan.FromHours(1))).Count, Is.EqualTo(2));
        Assert.That((await CountAsync("other", workload, window: window)).Count, Is.EqualTo(1));
        await UntilAsync(async () => (await CountAsync("acme", workload, window: window)).Count == 1, "it is counted anew");
    }

    [Test]
    public async Task CountWorkload_NothingProposed_OnlyCounts()
    {
        var workload = NewWorkload();

        for (var i = 1; i <= 2 * Most; i++) Assert.That(await CountAsync("acme", workload), Is.EqualTo(new WorkloadRefusalCount(i, null, IsNew: false)));
    }

    [Test]
    public async Task CountWorkload_TooMany_IsInTheQuarantineThatWasProposedThen()
    {
        var workload = NewWorkload();
        for (var i = 1; i < Most; i++) Assert.That((await CountAsync("acme", workload, Propose("acme", workload))).Quarantine, Is.Null);
        var proposed = Propose("acme", workload);

        Assert.That(await CountAsync("acme", workload, proposed), Is.EqualTo(new WorkloadRefusalCount(Most, proposed, IsNew: true)));
        Assert.That(await CountAsync("acme", workload), Is.EqualTo(new WorkloadRefusalCount(0, proposed, IsNew: false)), "whoever proposes none is told too");
        Assert.That(await Broker.Quarantines.FindOfWorkloadAsync("acme", workload, None), Is.EqualTo(proposed));
        Assert.That(await Broker.Quarantines.FindOfWorkloadAsync("other", workload, None), Is.Null, "a tenant's namesake is somebody else");
        Assert.That(await Broker.Quarantines.ListAsync(None), Has.Member(proposed));
    }

    [Test]
    public async Task CountWorkload_ByManyAtOnce_OneIsNew()
    {
        await using var other = await Store.ConnectAsync();
        var workload = NewWorkload();

        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => (number % 2 == 0 ? Broker : other).Quarantines.CountWorkloadAsync(
            "acme", workload, Propose("acme", workload), Most, Window, None)));

        Assert.That(counts.Count(count => count.IsNew), Is.EqualTo(1));
        Assert.That(counts.Count(count => count.Quarantine is null), Is.EqualTo(Most - 1));
        Assert.That(counts.Select(count => count.Quarantine?.FenceId).OfType<FenceId>().Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task ChangeAndRemove_OfAWorkload_CountsAnew()
    {
        var workload = NewWorkload();
        for (var i = 0; i < Most; i++) await CountAsync("acme", workload, Propose("acme", workload));
        var owed = (await Broker.Quarantines.FindOfWorkloadAsync("acme", workload, None))!;

        Assert.That(await Broker.Quarantines.ChangeAsync(owed, owed with { IsOwed = false }, None), Is.True);
        Assert.That(await Broker.Quarantines.RemoveAsync(owed, None), Is.False, "it is not as it was read");
        Assert.That(await Broker.Quarantines.RemoveAsync(owed with { IsOwed = false }, None), Is.True);

        Assert.That(await Broker.Quarantines.FindOfWorkloadAsync("acme", workload, None), Is.Null);
        Assert.That((await CountAsync("acme", workload)).Count, Is.EqualTo(1));
    }

    [Test]
    public async Task List_SomeOfALaterVersion_TellsTheOthers()
    {
        var task = await Broker.OpenAsync();
        for (var i = 0; i < Most; i++) await CountAsync(task);
        var workload = NewWorkload();
        for (var i = 0; i < Most; i++) await CountAsync("acme", workload, Propose("acme", workload));
        await Store.Mishaps.LeaveQuarantinesOfLaterAsync((await Broker.OpenAsync(new TaskDraft { Bucket = task.Id.Bucket })).Id);

        var told = await Broker.Quarantines.ListAsync(None);

        Assert.That(told.Select(quarantine => quarantine.TaskId), Has.Member(task.Id));
        Assert.That(told.Where(quarantine => quarantine.TaskId is null).Select(quarantine => quarantine.Workload), Has.Member(workload));
    }

    [Test]
    public async Task FindAndCount_OfALaterVersion_IsInQuarantineAndHidesNoOther()
    {
        var parent = await Broker.OpenAsync();
        var child = await Broker.OpenAsync(new TaskDraft { Parent = parent });
        await Store.Mishaps.LeaveQuarantinesOfLaterAsync(child.Id);

        Assert.That(
            () => Broker.Quarantines.FindAsync([child.Id], None), Throws.TypeOf<RefusedException>().With.Property(nameof(RefusedException.Reason)).EqualTo(ErrorReason.Quarantined));
        Assert.That(await CountAsync(child), Is.EqualTo(new RefusalCount(null, IsNew: false)));
        for (var i = 0; i < Most; i++) await CountAsync(parent);
        Assert.That((await Broker.Quarantines.FindAsync([child.Id, parent.Id], None))?.TaskId, Is.EqualTo(parent.Id));
    }

    private static string NewWorkload() => $"spiffe://acme.example/{Guid.NewGuid():N}";

    private static RefusedTask Of(HeldTask task) => new(task.Id, task.Task.Ancestors, task.Token.SecretHash, task.Task.Tenant, task.Task.Subject);

    private static Quarantine Propose(HeldTask task) => Propose(task.Task.Tenant, task.Task.Subject) with { TaskId = task.Id };

    private static Quarantine Propose(string tenant, string workload)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        return new Quarantine
        {
            Tenant = tenant,
            Workload = workload,
            OrderId = OrderId.New(now),
            FenceId = FenceId.New(now),
            At = now,
            Refusals = Most,
            LastReason = "POLICY_DENIED",
            IsOwed = true,
        };
    }

    private Task<RefusalCount> CountAsync(HeldTask task, Quarantine? proposed = null, TimeSpan? window = null) =>
        Broker.Quarantines.CountAsync(Of(task), proposed ?? Propose(task), Most, window ?? Window, None);

    private Task<WorkloadRefusalCount> CountAsync(string tenant, string workload, Quarantine? proposed = null, TimeSpan? window = null) =>
        Broker.Quarantines.CountWorkloadAsync(tenant, workload, proposed, Most, window ?? Window, None);
}
