using CredBroker.Leases;
using CredBroker.Revocation;

namespace CredBroker.Conformance.Stores;

/// <summary>Only whoever holds an order writes it, and every lease of it is counted once, whoever dies when.</summary>
public abstract class OrderConformance(IStoreForm form) : StoreConformance(form)
{
    private const string Mine = "holder-1";
    private const string Theirs = "holder-2";
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(40);

    [Test]
    public async Task Save_Held_FoundAsItWas()
    {
        var order = await BeginAsync();

        var found = await FindAsync(order);

        Assert.That(
            (found.Id, found.State, found.Reason, found.OrderedBy, found.FenceId, found.Selectors.Single(), found.DoneAt),
            Is.EqualTo((order.Id, OrderState.Fencing, order.Reason, order.OrderedBy, order.FenceId, order.Selectors.Single(), (DateTimeOffset?)null)));
        Assert.That(Counts(found), Is.EqualTo((0L, 0L, 0L, 0L, 0L)));
        Assert.That(await IsOpenAsync(order), Is.True);
    }

    [Test]
    public async Task Save_HeldByAnother_RefusedAndNothingWritten()
    {
        var order = await BeginAsync();
        Assert.That(await Broker.Orders.TryHoldAsync(order.Id, Theirs, Long, None), Is.False);

        Assert.That(await Broker.Orders.SaveAsync(order with { State = OrderState.Done }, Theirs, None), Is.False);

        Assert.That((await FindAsync(order)).State, Is.EqualTo(OrderState.Fencing));
    }

    [Test]
    public async Task Save_HoldHasPassedToAnother_ProgressDoesNotGoBack()
    {
        var order = await BeginAsync(Short);
        await UntilAsync(async () => await Broker.Orders.TryHoldAsync(order.Id, Theirs, Long, None), "the hold has passed");
        Assert.That(await Broker.Orders.SaveAsync(order with { State = OrderState.Draining, DrainedBuckets = 40 }, Theirs, None), Is.True);

        Assert.That(await Broker.Orders.SaveAsync(order with { State = OrderState.Draining, DrainedBuckets = 8 }, Mine, None), Is.False);
        Assert.That(await Broker.Ledger.TurnPageAsync(order.Id, Mine, OrderPage.None(5), Page(), None), Is.False);
        Assert.That(await Broker.Ledger.SettleAsync(order.Id, Mine, [NewId()], [], None), Is.False);

        Assert.That((await FindAsync(order)).DrainedBuckets, Is.EqualTo(40));
        Assert.That(await Broker.Ledger.ReadInHandAsync(order.Id, None), Is.Empty);
    }

    [Test]
    public async Task Save_HoldIsOver_RefusedThoughNobodyElseHasIt()
    {
        var order = await BeginAsync(Short);

        await UntilAsync(async () => !await Broker.Orders.SaveAsync(order, Mine, None), "the hold is over");
    }

    [Test]
    public async Task TurnPage_LeasesInHand_CountedWhenTurnedAndNotBefore()
    {
        var order = await BeginAsync();
        var (first, second) = (Page(minted: 2, made: 3), Page(minted: 1, made: 0));

        await TurnAsync(order, OrderPage.None(5), first);
        Assert.That(Counts(await FindAsync(order)), Is.EqualTo((0L, 0L, 0L, 0L, 0L)));
        Assert.That((await Broker.Ledger.ReadInHandAsync(order.Id, None)).Single().Leases, Is.EqualTo(first.Leases));

        await TurnAsync(order, first, second);
        Assert.That(Counts(await FindAsync(order)), Is.EqualTo((5L, 2L, 0L, 3L, 0L)));

        await TurnAsync(order, second, OrderPage.None(5));
        Assert.That(Counts(await FindAsync(order)), Is.EqualTo((6L, 3L, 0L, 3L, 0L)));
        Assert.That(await Broker.Ledger.ReadInHandAsync(order.Id, None), Is.Empty);
        Assert.That(await Broker.Ledger.SampleUnconfirmedAsync(order.Id, 10, None), Is.EquivalentTo(first.Made));
    }

    [Test]
    public async Task TurnPage_SomethingElseInHand_Refused()
    {
        var order = await BeginAsync();
        var page = Page();
        await TurnAsync(order, OrderPage.None(5), page);

        Assert.That(await Broker.Ledger.TurnPageAsync(order.Id, Mine, OrderPage.None(5), Page(), None), Is.False, "sent before, and late");
        await TurnAsync(order, page, OrderPage.None(5));
        Assert.That(await Broker.Ledger.TurnPageAsync(order.Id, Mine, page, OrderPage.None(5), None), Is.False, "sent twice");

        Assert.That((await FindAsync(order)).Fenced, Is.EqualTo(page.Leases.Count));
    }

    [Test]
    public async Task Settle_SomeTwice_EachCountsOnce()
    {
        var order = await BeginAsync();
        var page = Page(minted: 0, made: 4);
        await TurnAsync(order, OrderPage.None(5), page);
        await TurnAsync(order, page, OrderPage.None(5));

        Assert.That(await Broker.Ledger.SettleAsync(order.Id, Mine, [page.Made[0], page.Made[1]], [page.Made[2]], None), Is.True);
        await Broker.Ledger.SettleAsync(order.Id, Mine, [page.Made[0], page.Made[2], NewId()], [page.Made[1]], None);

        Assert.That(Counts(await FindAsync(order)), Is.EqualTo((4L, 0L, 2L, 1L, 1L)));
    }

    [Test]
    public async Task Save_Drained_OpenUntilTheLastIsConfirmed()
    {
        var order = (await BeginAsync()) with { State = OrderState.Done, AuditedUpTo = OrderState.Done };
        var page = Page(minted: 0, made: 1);
        await TurnAsync(order, OrderPage.None(5), page);
        await TurnAsync(order, page, OrderPage.None(5));
        await Broker.Orders.SaveAsync(order, Mine, None);
        Assert.That(await IsOpenAsync(order), Is.True);

        await Broker.Ledger.SettleAsync(order.Id, Mine, page.Made, [], None);
        await Broker.Orders.SaveAsync(order, Mine, None);

        Assert.That(await IsOpenAsync(order), Is.False);
    }

    private static LeaseId NewId() => LeaseId.New(bucket: 5, TimeProvider.System.GetUtcNow());

    private static OrderPage Page(int minted = 1, int made = 1) =>
        new(5, [.. Enumerable.Range(0, minted).Select(_ => NewId())], [.. Enumerable.Range(0, made).Select(_ => NewId())]);

    private static (long Fenced, long Dead, long Confirmed, long Unconfirmed, long Irrevocable) Counts(RevocationOrder order) =>
        (order.Fenced, order.Dead, order.Confirmed, order.Unconfirmed, order.Irrevocable);

    private async Task<RevocationOrder> BeginAsync(TimeSpan? hold = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var order = new RevocationOrder
        {
            Id = OrderId.New(now),
            Selectors = [new LeaseSelector { Tenant = "acme", Workload = "spiffe://acme.example/agent/a" }],
            Reason = "drill",
            OrderedBy = "somebody",
            OrderedAt = now,
            FenceId = FenceId.New(now),
        };
        Assert.That(await Broker.Orders.TryHoldAsync(order.Id, Mine, Long, None), Is.True);
        Assert.That(await Broker.Orders.SaveAsync(order, Mine, None), Is.True);
        if (hold is { } shorter) await Broker.Orders.TryHoldAsync(order.Id, Mine, shorter, None);
        return order;
    }

    private async Task TurnAsync(RevocationOrder order, OrderPage inHand, OrderPage next) =>
        Assert.That(await Broker.Ledger.TurnPageAsync(order.Id, Mine, inHand, next, None), Is.True);

    private async Task<RevocationOrder> FindAsync(RevocationOrder order) =>
        await Broker.Orders.FindAsync(order.Id, None) ?? throw new AssertionException("The order is gone.");

    private async Task<bool> IsOpenAsync(RevocationOrder order) => (await Broker.Orders.ListOpenAsync(None)).Any(open => open.Id == order.Id);
}
