using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Google.Protobuf.WellKnownTypes;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Api;

[TestFixture, Category("Server")]
internal sealed class LeaseListTests : ServerFixture
{
    [TestCase(1), TestCase(2), TestCase(3), TestCase(100)]
    public async Task ListLeases_ByPages_EveryLeaseOnceOldestFirst(int pageSize)
    {
        var opened = await Calls.OpenAsync();
        var issued = await IssueSomeAsync(opened, 5);

        Assert.That(await ListAllAsync(opened, new ListLeasesRequest { PageSize = pageSize }), Is.EqualTo(issued));
    }

    [Test]
    public async Task ListLeases_WhileOthersComeAndGo_NoneOfTheRestMissed()
    {
        var opened = await Calls.OpenAsync();
        var issued = await IssueSomeAsync(opened, 4);
        var first = await Calls.Leases.ListLeasesAsync(new ListLeasesRequest { PageSize = 2 }, opened.Auth);

        await Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = issued[0] }, opened.Auth);
        var late = (await opened.IssueAsync()).Lease.Id;

        var rest = await ListAllAsync(opened, new ListLeasesRequest { PageSize = 2, PageToken = first.NextPageToken });
        Assert.That(first.Leases.Select(lease => lease.Id).Concat(rest), Is.EqualTo(issued.Append(late)));
    }

    [Test]
    public async Task ListLeases_ByState_OnlyThose()
    {
        var opened = await Calls.OpenAsync();
        var released = (await opened.IssueAsync()).Lease.Id;
        var active = (await opened.IssueAsync()).Lease.Id;
        await Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = released }, opened.Auth);

        Assert.Multiple(async () =>
        {
            Assert.That(await ListAllAsync(opened, new ListLeasesRequest { States = { LeaseState.Active } }), Is.EqualTo(new[] { active }));
            Assert.That(await ListAllAsync(opened, new ListLeasesRequest { States = { LeaseState.Revoked } }), Is.EqualTo(new[] { released }));
            Assert.That(await ListAllAsync(opened, new ListLeasesRequest { States = { LeaseState.Intent } }), Is.Empty);
        });
    }

    [Test]
    public async Task ListLeases_BySelector_EveryFieldNarrows()
    {
        var workload = BrokerCalls.SomeAgent();
        var opened = await Calls.OpenAsync(workload);
        var orders = (await opened.IssueAsync()).Lease;
        var invoices = (await opened.IssueAsync("invoices-api")).Lease;
        string[] both = [orders.Id, invoices.Id];
        Assert.That(orders.PolicyVersion, Is.Not.Empty);

        (LeaseSelector Selector, string[] Expected)[] cases =
        [
            (new LeaseSelector(), both),
            (new LeaseSelector { Template = "invoices-api" }, [invoices.Id]),
            (new LeaseSelector { Template = "nothing" }, []),
            (new LeaseSelector { Target = "orders-api" }, [orders.Id]),
            (new LeaseSelector { Tenant = "payments", Workload = $"spiffe://acme.test/{workload}" }, both),
            (new LeaseSelector { Tenant = "logistics" }, []),
            (new LeaseSelector { Sensitivity = V1.Sensitivity.Restricted }, [invoices.Id]),
            (new LeaseSelector { Risk = "high" }, [invoices.Id]),
            (new LeaseSelector { Risk = "high", Template = "orders-api" }, []),
            (new LeaseSelector { Backend = "token" }, both),
            (new LeaseSelector { Backend = "vault" }, []),
            (new LeaseSelector { PolicyVersion = orders.PolicyVersion }, both),
            (new LeaseSelector { PolicyVersion = "of-no-set" }, []),
            (new LeaseSelector { LeaseId = invoices.Id }, [invoices.Id]),
            (new LeaseSelector { TaskId = opened.Id }, both),
            (new LeaseSelector { IssuedBefore = orders.IssuedAt - Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) }, []),
            (new LeaseSelector { IssuedAfter = orders.IssuedAt }, both),
        ];
        Assert.Multiple(async () =>
        {
            foreach (var (selector, expected) in cases)
                Assert.That(await ListAllAsync(opened, new ListLeasesRequest { Selector = selector }), Is.EqualTo(expected), selector.ToString());
        });
    }

    [Test]
    public async Task GetLease_OwnLease_AsItWasIssued()
    {
        var opened = await Calls.OpenAsync();
        var issued = await opened.IssueAsync();

        Assert.That(await opened.GetLeaseAsync(issued.Lease.Id), Is.EqualTo(issued.Lease));
    }

    /// <summary>Issues some leases; returns their ids in the order of listing, by instant and then by id.</summary>
    private static async Task<IReadOnlyList<string>> IssueSomeAsync(OpenedTask opened, int count)
    {
        var leases = new List<Lease>();
        for (var i = 0; i < count; i++) leases.Add((await opened.IssueAsync()).Lease);
        return [.. leases.OrderBy(lease => lease.IssuedAt.ToDateTimeOffset()).ThenBy(lease => lease.Id, StringComparer.Ordinal).Select(lease => lease.Id)];
    }

    private async Task<IReadOnlyList<string>> ListAllAsync(OpenedTask opened, ListLeasesRequest request)
    {
        var ids = new List<string>();
        do
        {
            var page = await Calls.Leases.ListLeasesAsync(request, opened.Auth);
            Assert.That(page.Leases, Has.Count.LessThanOrEqualTo(request.PageSize == 0 ? 100 : request.PageSize));
            ids.AddRange(page.Leases.Select(lease => lease.Id));
            request = request.Clone();
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return ids;
    }
}
