using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>A task is recorded with the store's instants before its token leaves.</summary>
public abstract class OpeningConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Open_Root_HasTheStoresInstants()
    {
        var before = await Store.ReadTimeAsync();
        var task = (await Broker.OpenAsync(new TaskDraft { MaxDuration = TimeSpan.FromHours(2) })).Task;
        var after = await Store.ReadTimeAsync();

        Assert.That(task.OpenedAt, Is.InRange(Floor(before), after));
        Assert.That(task.Deadline, Is.EqualTo(task.OpenedAt.AddHours(2)));
        Assert.That(task.HeartbeatDeadline, Is.EqualTo(task.OpenedAt.AddMinutes(10)));
        Assert.That(task.AttestedUntil, Is.EqualTo(task.OpenedAt.AddMinutes(30)));
        Assert.That(task.State, Is.EqualTo(TaskState.Open));
    }

    [Test]
    public async Task Open_HeartbeatsFartherApartThanItsDuration_DueAtItsDeadline()
    {
        var task = (await Broker.OpenAsync(new TaskDraft { MaxDuration = TimeSpan.FromMinutes(1), HeartbeatInterval = TimeSpan.FromMinutes(5) })).Task;

        Assert.That(task.HeartbeatDeadline, Is.EqualTo(task.Deadline));
    }

    [Test]
    public async Task Find_OpenTask_IsAsItWasOpened()
    {
        var draft = new TaskDraft { TaskRef = "run/7", Tenant = "acme" }.Build(TimeProvider.System.GetUtcNow());
        var task = draft.Task with
        {
            Selectors = ["k8s:ns:orders", "k8s:sa:agent"],
            Attributes = new Dictionary<string, string> { ["team"] = "orders" },
            Intent = "read, then write\nline two \u0001 \"quoted\" ünï©ode 🗝",
            Labels = new Dictionary<string, string> { ["ticket"] = "A-1 %d %s \\n", ["empty"] = "" },
            Ceiling = [new DelegatedTemplate("orders-read", Capabilities.Read, TimeSpan.FromMinutes(3)), new DelegatedTemplate("x", Capabilities.Write, null)],
        };

        var opened = await Broker.TryOpenAsync(draft with { Task = task }) as OpenOutcome.Opened;

        Assert.That(opened, Is.Not.Null);
        Assert.That(Text(await Broker.ReadAsync(draft)), Is.EqualTo(Text(opened!.Task)));
        Assert.That(Text(opened.Task with { OpenedAt = default, Deadline = default, HeartbeatDeadline = default, AttestedUntil = default }), Is.EqualTo(Text(task)));
    }

    [Test]
    public async Task Find_UnknownTask_IsNull()
    {
        var unknown = new TaskDraft().Build(TimeProvider.System.GetUtcNow());

        Assert.That(await Broker.Tasks.FindAsync(unknown.Id, None), Is.Null);
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Open_ClocksAnHourApart_RefusedAndNothingIsStored(int hours)
    {
        var task = new TaskDraft { TaskRef = "run/8" }.Build(TimeProvider.System.GetUtcNow());
        Broker.Clock.Offset = TimeSpan.FromHours(hours);

        var outcome = await Broker.TryOpenAsync(task);

        Assert.That(outcome, Is.TypeOf<OpenOutcome.ClockFault>());
        Broker.Clock.Offset = TimeSpan.Zero;
        Assert.That(await Broker.Tasks.FindAsync(task.Id, None), Is.Null);
        Assert.That(await Broker.TryOpenAsync(task, "digest-2"), Is.TypeOf<OpenOutcome.Opened>());
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Open_ClocksWithinTheBound_GoByTheStores(int sign)
    {
        Broker.Clock.Offset = sign * (Store.Rules.ClockBound - TimeSpan.FromSeconds(20));
        var before = await Store.ReadTimeAsync();

        var task = (await Broker.OpenAsync()).Task;

        Assert.That(task.OpenedAt, Is.InRange(Floor(before), await Store.ReadTimeAsync()));
    }

    private static DateTimeOffset Floor(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());
}
