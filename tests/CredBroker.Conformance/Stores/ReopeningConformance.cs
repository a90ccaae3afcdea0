using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>The same request under the same task_ref gets the same open task with a new token; anything else is refused.</summary>
public abstract class ReopeningConformance(IStoreForm form) : StoreConformance(form)
{
    private static string NewRef => $"run/{Guid.NewGuid():N}";

    [Test]
    public async Task Open_SameRequestAgain_SameTaskAndOnlyTheNewToken()
    {
        var draft = new TaskDraft { TaskRef = NewRef };
        var first = await Broker.OpenAsync(draft);
        var retry = draft.Build(TimeProvider.System.GetUtcNow());

        var outcome = await Broker.TryOpenAsync(retry) as OpenOutcome.Opened;

        Assert.That(outcome?.Task.Id, Is.EqualTo(first.Id));
        Assert.That(Text(outcome!.Task), Is.EqualTo(Text(first.Task with { TokenHash = retry.Token.SecretHash })));
        AssertRefused(await Broker.TryBeginAsync(first), ErrorReason.TaskTokenInvalid);
        var again = new HeldTask(outcome.Task, retry.Token.ForTask(first.Id));
        Assert.That(await Broker.TryBeginAsync(again), Is.TypeOf<BeginOutcome.Begun>());
        Assert.That(await Broker.Tasks.FindAsync(retry.Id, None), Is.Null);
    }

    [Test]
    public async Task Open_OtherRequestUnderTheName_Exists()
    {
        var draft = new TaskDraft { TaskRef = NewRef };
        var first = await Broker.OpenAsync(draft);

        var outcome = await Broker.TryOpenAsync(draft.Build(TimeProvider.System.GetUtcNow()), "digest-2");

        Assert.That(outcome, Is.EqualTo(new OpenOutcome.Exists(first.Id)));
        Assert.That(await Broker.TryBeginAsync(first), Is.TypeOf<BeginOutcome.Begun>());
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Open_TaskOfThatNameIsOver_Exists(bool finished)
    {
        var draft = new TaskDraft { TaskRef = NewRef };
        var first = await Broker.OpenAsync(draft);
        await Broker.SealAsync(first);
        if (finished) await Broker.FinishAsync(first);

        var outcome = await Broker.TryOpenAsync(draft.Build(TimeProvider.System.GetUtcNow()));

        Assert.That(outcome, Is.EqualTo(new OpenOutcome.Exists(first.Id)));
        Assert.That((await Broker.ReadAsync(first)).TokenHash, Is.EqualTo(first.Token.SecretHash));
    }

    [TestCase("digest-1")]
    [TestCase("digest-2")]
    public async Task Open_TaskOfThatNameWasAbandoned_AnotherTask(string digest)
    {
        var draft = new TaskDraft { TaskRef = NewRef };
        var first = await Broker.OpenAsync(draft);
        await Broker.SealAsync(first, EndReason.Abandoned);

        var second = await Broker.OpenAsync(draft with { Digest = digest });

        Assert.That(second.Id, Is.Not.EqualTo(first.Id));
        Assert.That(await Broker.TryBeginAsync(second), Is.TypeOf<BeginOutcome.Begun>());
        AssertRefused(await Broker.TryBeginAsync(first), ErrorReason.TaskEnded);
    }

    [Test]
    public async Task Open_AbandonedTaskOfThatNameIsForgotten_TheNameStaysWithTheNewOne()
    {
        var draft = new TaskDraft { TaskRef = NewRef };
        var first = await Broker.OpenAsync(draft);
        await Broker.SealAsync(first, EndReason.Abandoned);
        var second = await Broker.OpenAsync(draft);

        await Broker.Tasks.FinishAsync(first.Task, TimeSpan.FromMilliseconds(1), None);

        await UntilAsync(async () => await Broker.Tasks.FindAsync(first.Id, None) is null, "the abandoned task is forgotten");
        Assert.That((await Broker.OpenAsync(draft)).Id, Is.EqualTo(second.Id));
    }

    [Test]
    public async Task Open_TaskOfThatNameWasAbandonedManyTimesAtOnce_OneTask()
    {
        var draft = new TaskDraft { TaskRef = NewRef };
        await Broker.SealAsync(await Broker.OpenAsync(draft), EndReason.Abandoned);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Broker.TryOpenAsync(draft.Build(TimeProvider.System.GetUtcNow()))));

        Assert.That(outcomes.Select(outcome => ((OpenOutcome.Opened)outcome).Task.Id).Distinct().ToList(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Open_TaskOfThatNameIsPastItsDeadline_Exists()
    {
        var draft = new TaskDraft { TaskRef = NewRef, MaxDuration = TimeSpan.FromMilliseconds(40) };
        var first = await Broker.OpenAsync(draft);
        await PassAsync(first.Task.Deadline);

        var outcome = await Broker.TryOpenAsync(draft.Build(TimeProvider.System.GetUtcNow()));

        Assert.That(outcome, Is.EqualTo(new OpenOutcome.Exists(first.Id)));
    }

    [Test]
    public async Task Open_SameNameElsewhere_AnotherTask()
    {
        var draft = new TaskDraft { TaskRef = NewRef, Bucket = 9 };
        var first = await Broker.OpenAsync(draft);

        var otherTenant = await Broker.OpenAsync(draft with { Tenant = "globex" });
        var otherSubject = await Broker.OpenAsync(draft with { Subject = "spiffe://acme.example/agent/other" });
        var below = await Broker.OpenAsync(draft with { Parent = first });
        var belowOther = await Broker.OpenAsync(draft with { Parent = below });

        Assert.That(new[] { first.Id, otherTenant.Id, otherSubject.Id, below.Id, belowOther.Id }, Is.Unique);
    }

    [Test]
    public async Task Open_SameRequestManyTimesAtOnce_OneTaskAndOneToken()
    {
        var draft = new TaskDraft { TaskRef = NewRef };
        var drafts = Enumerable.Range(0, 24).Select(_ => draft.Build(TimeProvider.System.GetUtcNow())).ToList();

        var outcomes = await Task.WhenAll(drafts.Select(task => Broker.TryOpenAsync(task)));

        var ids = outcomes.Select(outcome => ((OpenOutcome.Opened)outcome).Task.Id).Distinct().ToList();
        Assert.That(ids, Has.Count.EqualTo(1));
        var stored = await Broker.Tasks.FindAsync(ids[0], None);
        Assert.That(drafts.Count(task => task.Token.Matches(stored!.TokenHash)), Is.EqualTo(1));
        foreach (var losing in drafts.Where(task => task.Id != ids[0]))
            Assert.That(await Broker.Tasks.FindAsync(losing.Id, None), Is.Null);
    }
}
