using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>A task below another one is added only while that one is open, and never outlives it.</summary>
public abstract class ChildTaskConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Open_UnderAnOpenTask_IsListedBelowIt()
    {
        var parent = await Broker.OpenAsync();
        var first = await Broker.OpenAsync(new TaskDraft { Parent = parent });
        var second = await Broker.OpenAsync(new TaskDraft { Parent = parent });
        var grandchild = await Broker.OpenAsync(new TaskDraft { Parent = first });

        Assert.That(await Broker.Tasks.ListChildrenAsync(parent.Id, None), Is.EquivalentTo(new[] { first.Id, second.Id }));
        Assert.That(await Broker.Tasks.ListChildrenAsync(first.Id, None), Is.EqualTo(new[] { grandchild.Id }));
        Assert.That(await Broker.Tasks.ListChildrenAsync(second.Id, None), Is.Empty);
        Assert.That((await Broker.ReadAsync(grandchild)).Ancestors, Is.EqualTo(new[] { first.Id, parent.Id }));
        Assert.That((await Broker.ReadAsync(grandchild)).TransactionId, Is.EqualTo(parent.Id.Value));
    }

    [Test]
    public async Task Open_LongerThanItsParent_EndsWithIt()
    {
        var parent = await Broker.OpenAsync(new TaskDraft { MaxDuration = TimeSpan.FromMinutes(2) });

        var child = await Broker.OpenAsync(new TaskDraft { Parent = parent, MaxDuration = TimeSpan.FromHours(5) });
        var lease = await Broker.IssueAsync(child, LeaseDraft.Token with { Ttl = TimeSpan.FromHours(1), MaxTtl = TimeSpan.FromHours(1) });

        Assert.That(child.Task.Deadline, Is.EqualTo(parent.Task.Deadline));
        Assert.That(lease.MaxExpiresAt, Is.EqualTo(parent.Task.Deadline));
    }

    [TestCase("sealed")]
    [TestCase("ended")]
    [TestCase("unknown")]
    [TestCase("past its deadline")]
    public async Task Open_ParentIsNotOpen_RefusedAndNothingIsStored(string why)
    {
        var parent = why == "unknown"
            ? new TaskDraft().Build(TimeProvider.System.GetUtcNow())
            : await Broker.OpenAsync(new TaskDraft { MaxDuration = why == "past its deadline" ? TimeSpan.FromMilliseconds(40) : TimeSpan.FromHours(1) });
        if (why is "sealed" or "ended") await Broker.SealAsync(parent);
        if (why == "ended") await Broker.FinishAsync(parent);
        if (why == "past its deadline") await PassAsync(parent.Task.Deadline);
        var child = new TaskDraft { Parent = parent, TaskRef = "below" }.Build(TimeProvider.System.GetUtcNow());

        Assert.That(await Broker.TryOpenAsync(child), Is.TypeOf<OpenOutcome.ParentEnded>());
        Assert.That(await Broker.Tasks.FindAsync(child.Id, None), Is.Null);
        Assert.That(await Broker.Tasks.ListChildrenAsync(parent.Id, None), Is.Empty);
    }

    [Test]
    public async Task Open_WhileTheParentIsSealed_ListedOrRefused()
    {
        for (var round = 0; round < 20; round++)
        {
            var parent = await Broker.OpenAsync();
            var children = Enumerable.Range(0, 6).Select(_ => new TaskDraft { Parent = parent }.Build(TimeProvider.System.GetUtcNow())).ToList();

            var opening = children.Select(child => Broker.TryOpenAsync(child)).ToList();
            var sealing = Broker.SealAsync(parent);
            var outcomes = await Task.WhenAll(opening);
            await sealing;

            var opened = outcomes.OfType<OpenOutcome.Opened>().Select(outcome => outcome.Task.Id).ToList();
            Assert.That(await Broker.Tasks.ListChildrenAsync(parent.Id, None), Is.EquivalentTo(opened));
            Assert.That(outcomes.Where(outcome => outcome is not OpenOutcome.Opened), Is.All.TypeOf<OpenOutcome.ParentEnded>());
        }
    }

    [Test]
    public async Task Begin_ParentsTokenForTheChild_Refused()
    {
        var parent = await Broker.OpenAsync();
        var child = await Broker.OpenAsync(new TaskDraft { Parent = parent });

        var outcome = await Broker.TryBeginAsync(child with { Token = parent.Token });

        AssertRefused(outcome, ErrorReason.TaskTokenInvalid);
    }
}
