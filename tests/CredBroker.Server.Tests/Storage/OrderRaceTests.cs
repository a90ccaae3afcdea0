using CredBroker.Conformance.Stores;
using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Server.Tests.Storage.Forms;
using CredBroker.Testing.Audit;

namespace CredBroker.Server.Tests.Storage;

/// <summary>One broker orders the end of all that a workload has while another goes on issuing to it: tokens, and secrets that take a moment to make.</summary>
[TestFixture]
public sealed class OrderRaceTests() : StoreConformance(StoreForms.Redis)
{
    private const int Rounds = 60;
    private const int ManyRounds = 1_000;
    private const int AtOnce = 3;
    private const int TasksEach = 3;

    private BrokerOnStore? _other;

    private BrokerOnStore Other => _other ?? throw new InvalidOperationException("The other broker is not connected.");

    [OneTimeSetUp]
    public async Task ConnectOtherAsync() => _other = await Store.ConnectAsync();

    [OneTimeTearDown]
    public async Task DisconnectOtherAsync()
    {
        if (_other is not null) await _other.DisposeAsync();
    }

    [Test]
    public Task RevokeAndIssue_ManyRounds_NothingIsLeftAndAllIsCounted() => RepeatAsync(Rounds);

    [Test, Category("Long")]
    public Task RevokeAndIssue_ThousandRounds_NothingIsLeftAndAllIsCounted() => RepeatAsync(ManyRounds);

    private async Task RepeatAsync(int rounds)
    {
        var drain = OrdersOn.DrainOf(Other, new RecordingAuditLog());
        var book = new FenceBook(Broker.Fences);
        var issued = 0;
        foreach (var batch in Enumerable.Range(0, rounds).Chunk(AtOnce)) issued += (await Task.WhenAll(batch.Select(_ => RunAsync(drain, book)))).Sum();
        Assert.That(issued, Is.GreaterThan(rounds), "there was a race at all");
    }

    /// <summary>How many leases were recorded before the fence was met.</summary>
    private async Task<int> RunAsync(OrderDrain drain, FenceBook book)
    {
        var subject = $"spiffe://acme.example/agent/{Guid.NewGuid():N}";
        var selector = new LeaseSelector { Tenant = "acme", Workload = subject };
        var tasks = await Task.WhenAll(Enumerable.Range(0, TasksEach).Select(
            _ => Broker.OpenAsync(new TaskDraft { Subject = subject, Bucket = Random.Shared.Next(Buckets.Count) })));
        var issuing = tasks.Select(task => IssueUntilFencedAsync(task, book)).ToList();

        var order = await drain.BeginAsync(OrderOf(selector), None);
        while (order.State != OrderState.Done) order = await drain.ContinueAsync(order, None);

        var issued = (await Task.WhenAll(issuing)).SelectMany(leases => leases).ToList();
        var states = (await Other.Index.ReadAsync([.. issued.Select(lease => lease.Id)], None)).ToLookup(lease => lease.State);
        Assert.That(states.Select(state => state.Key), Is.SubsetOf(new[] { LeaseState.Revoked, LeaseState.Revoking }));
        Assert.That((order.Dead, order.Unconfirmed), Is.EqualTo(((long)states[LeaseState.Revoked].Count(), (long)states[LeaseState.Revoking].Count())));
        Assert.That(await ScanAsync(selector), Is.Empty);
        await Other.Fences.LiftAsync(order.FenceId, None);
        return issued.Count;
    }

    /// <summary>Every lease that was recorded, whether or not its credential was let out.</summary>
    private async Task<IReadOnlyList<Lease>> IssueUntilFencedAsync(HeldTask task, FenceBook book)
    {
        var recorded = new List<Lease>();
        try
        {
            for (var number = 0; ; number++)
            {
                var draft = number % 3 == 0 ? LeaseDraft.Secret with { Backend = "vault:race" } : LeaseDraft.Token;
                if (await TryBeginAsync(task, draft, book) is not { } lease) continue;
                recorded.Add(lease);
                if (lease.State == LeaseState.Intent) await CommitAsync(lease, book);
            }
        }
        catch (RefusedException refusal) when (refusal.Reason == ErrorReason.Fenced)
        {
            return recorded;
        }
    }

    /// <summary>Null where the fences were not the store's any more.</summary>
    private async Task<Lease?> TryBeginAsync(HeldTask task, LeaseDraft draft, FenceBook book)
    {
        var intent = draft.Build(task, fenceEpoch: 0, TimeProvider.System.GetUtcNow());
        var outcome = await Broker.Leases.BeginAsync(intent with { FenceEpoch = await book.EvaluateAsync(intent.Id, intent.Terms, None) }, None);
        if (outcome is BeginOutcome.Begun(var lease)) return lease;
        Assert.That(outcome, Is.TypeOf<BeginOutcome.StaleFences>());
        await book.ReloadAsync(task.Bucket, None);
        return null;
    }

    private async Task CommitAsync(Lease lease, FenceBook book)
    {
        while (await Broker.Leases.CommitAsync(lease, "accessor-1", ttl: null, await book.EvaluateAsync(lease.Id, lease.Terms, None), None) is CommitOutcome.StaleFences)
            await book.ReloadAsync(lease.Id.Bucket, None);
    }

    private async Task<IReadOnlyList<LeaseId>> ScanAsync(LeaseSelector selector)
    {
        var scans = await Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => Broker.Index.ScanAsync(bucket, selector, after: null, take: 1_000, None)));
        return [.. scans.SelectMany(scan => scan.Leases).Where(lease => lease.State is LeaseState.Intent or LeaseState.Active).Select(lease => lease.Id)];
    }

    private static RevocationOrder OrderOf(LeaseSelector selector)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new RevocationOrder
        {
            Id = OrderId.New(now),
            Selectors = [selector],
            Reason = "drill",
            OrderedBy = "somebody",
            OrderedAt = now,
            FenceId = FenceId.New(now),
        };
    }
}
