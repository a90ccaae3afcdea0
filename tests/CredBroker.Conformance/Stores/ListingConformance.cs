using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>A task's leases are listed oldest first, whatever became of them, in pages that miss none.</summary>
public abstract class ListingConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task List_NothingIssued_Empty()
    {
        var page = await Broker.Leases.ListAsync((await Broker.OpenAsync()).Id, 0, 10, None);

        Assert.That((page.Leases.Count, page.Next), Is.EqualTo((0, (long?)null)));
    }

    [Test]
    public async Task List_Pages_AllLeasesOnceAndTheOldestFirst()
    {
        var task = await Broker.OpenAsync();
        var issued = new List<Lease>();
        for (var i = 0; i < 25; i++) issued.Add(await Broker.IssueAsync(task, i % 2 == 0 ? LeaseDraft.Token : LeaseDraft.Secret));
        await Broker.TryRevokeAsync([.. issued.Take(5)]);
        var listed = new List<Lease>();

        for (long? next = 0; next is { } skip;)
        {
            var page = await Broker.Leases.ListAsync(task.Id, skip, 10, None);
            Assert.That(page.Leases, Has.Count.LessThanOrEqualTo(10));
            listed.AddRange(page.Leases);
            next = page.Next;
        }

        Assert.That(listed.Select(lease => lease.Id), Is.EquivalentTo(issued.Select(lease => lease.Id)));
        Assert.That(listed.Select(lease => lease.IssuedAt), Is.Ordered);
        foreach (var lease in listed) Assert.That(Text(await Broker.ReadAsync(lease)), Is.EqualTo(Text(lease)));
    }

    [Test]
    public async Task List_OtherTaskOfTheBucket_NotMixedIn()
    {
        var first = await Broker.OpenAsync(new TaskDraft { Bucket = 8 });
        var second = await Broker.OpenAsync(new TaskDraft { Bucket = 8 });
        var lease = await Broker.IssueAsync(first);
        await Broker.IssueAsync(second);

        Assert.That((await Broker.Leases.ListAsync(first.Id, 0, 10, None)).Leases.Select(listed => listed.Id), Is.EqualTo(new[] { lease.Id }));
    }
}
