using CredBroker.Leases;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Access;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Domain = CredBroker.Leases;

namespace CredBroker.Server.Tests.Containment;

/// <summary>Operators of one tenant neither see nor touch what is contained in another.</summary>
[TestFixture, Category("Server")]
public sealed class TenantContainmentTests
{
    private const string Workload = "spiffe://acme.test/logistics/contained";

    private FakeIssuer _issuer = null!;
    private OperatedBroker _broker = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _broker = await OperatedBroker.StartAsync(OperatedBroker.OperatorsOf(
            _issuer, ("ours", "responder", "payments"), ("theirs", "responder", "logistics"), ("admin", "platform-admin", "payments"), ("root", "platform-admin", "*")));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_issuer is not null) await _issuer.DisposeAsync();
    }

    [Test]
    public async Task WorkloadQuarantine_OfAnotherTenant_IsNoneToSeeOrRelease()
    {
        await QuarantineAsync();
        var release = new ReleaseQuarantineRequest { Tenant = "logistics", Workload = Workload, Reason = "not mine" };

        Assert.That(await ListAsync("ours"), Is.Empty);
        Assert.That(await ListAsync("theirs"), Is.EqualTo(new[] { Workload }));
        var refused = await Refused.WithAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", () => ReleaseAsync(release, "ours"));
        var none = await Refused.WithAsync(
            StatusCode.InvalidArgument, "INVALID_REQUEST",
            () => ReleaseAsync(new ReleaseQuarantineRequest { Tenant = "payments", Workload = Workload, Reason = "there is none" }, "ours"));
        Assert.That(refused.Status.Detail, Is.EqualTo(none.Status.Detail), "it is not said that there is one");
        Assert.That(await ListAsync("theirs"), Is.EqualTo(new[] { Workload }), "it stands");

        await ReleaseAsync(release, "theirs");

        Assert.That(await ListAsync("root"), Is.Empty);
    }

    [Test]
    public async Task Tightening_OfAnotherTenant_IsNeitherCountedNorOrdered()
    {
        var (_, payer) = await _broker.OpenAsync("payments/tightened");
        var (_, carrier) = await _broker.OpenAsync("logistics/tightened");
        for (var i = 0; i < 2; i++) await _broker.IssueAsync(payer, "orders-api");
        await _broker.IssueAsync(carrier, "parcels-api");

        foreach (var (who, count) in new[] { ("ours", 2), ("theirs", 1), ("root", 3) })
            Assert.That((await PreviewAsync(who)).LookedAt, Is.EqualTo(count), who);

        var version = (await PreviewAsync("admin")).Version;
        foreach (var who in new[] { "admin", "ours" })
        {
            await Refused.WithAsync(StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED", async () => await _broker.Governance.ApplyTighteningAsync(
                new ApplyTighteningRequest { Version = version, Reason = "drill" }, As(who)));
        }
    }

    private Metadata As(string principal) => OperatedBroker.Bearer(_issuer.Issue(principal));

    private async Task<PreviewTighteningResponse> PreviewAsync(string principal) =>
        await _broker.Governance.PreviewTighteningAsync(new PreviewTighteningRequest(), As(principal));

    private async Task<IEnumerable<string>> ListAsync(string principal) =>
        (await _broker.Revocations.ListQuarantinesAsync(new ListQuarantinesRequest(), As(principal))).Quarantines.Select(quarantine => quarantine.Workload);

    private async Task ReleaseAsync(ReleaseQuarantineRequest request, string principal) =>
        await _broker.Revocations.ReleaseQuarantineAsync(request, As(principal));

    /// <summary>A quarantine as a refusal too many leaves it, with its order on record.</summary>
    private async Task QuarantineAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        var proposed = new Domain.Quarantine
        {
            Tenant = "logistics",
            Workload = Workload,
            OrderId = OrderId.New(now),
            FenceId = FenceId.New(now),
            At = now,
            Refusals = 1,
            LastReason = "POLICY_DENIED",
            IsOwed = false,
        };
        var counted = await _broker.Services.GetRequiredService<IQuarantineStore>().CountWorkloadAsync(
            "logistics", Workload, proposed, most: 1, TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.That(counted.IsNew, Is.True);
    }
}
