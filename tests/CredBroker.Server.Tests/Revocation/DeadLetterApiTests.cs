using CredBroker.Leases;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Api;
using CredBroker.Tasks;
using CredBroker.Testing.Access;
using CredBroker.Testing.Verification;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Lease = CredBroker.Leases.Lease;

namespace CredBroker.Server.Tests.Revocation;

/// <summary>What would not die, as operators see it.</summary>
[TestFixture, Category("Server")]
internal sealed class DeadLetterApiTests
{
    private const string Absent = "absent";
    private FakeIssuer _issuer = null!;
    private OperatedBroker _broker = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _broker = await OperatedBroker.StartAsync(OperatedBroker.OperatorsOf(
            _issuer, ("viewer", "viewer", "payments"), ("responder", "responder", "payments"), ("carrier", "responder", "logistics")));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _broker.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Test]
    public async Task List_PageByPage_OwnTenantsInTheOrderOfIssue()
    {
        var own = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            own.Add((await DieAsync("payments/dead")).Id.Value);
            await DieAsync("logistics/dead");
        }

        var seen = await ListAsync("viewer", pageSize: 2);
        var foreign = await ListAsync("carrier", pageSize: 100);

        Assert.That(seen.Select(letter => letter.Lease.Id), Is.SupersetOf(own).And.Unique);
        Assert.That(seen.Select(letter => letter.Lease.IssuedAt.ToDateTime()), Is.Ordered);
        Assert.That(seen.Where(letter => own.Contains(letter.Lease.Id)).Select(letter => (letter.Lease.State, letter.LastError)), Is.All.EqualTo((Protocol.V1.LeaseState.Irrevocable, "It will not.")));
        Assert.That(foreign.Select(letter => letter.Lease.Id), Is.Not.Empty.And.None.AnyOf(own));
    }

    [TestCase("!"), TestCase("bm9uc2Vuc2U"), TestCase("lse_0000000000000000000000000000")]
    public Task List_TokenOfNobody_Refused(string token) => Refused.ForFieldAsync(
        "page_token", () => _broker.Revocations.ListDeadLettersAsync(new ListDeadLettersRequest { PageToken = token }, As("viewer")).ResponseAsync);

    [Test]
    public async Task Retry_ByAResponderOfTheTenant_DueNowAndOnRecord()
    {
        var lease = (await DieAsync("payments/retried")).Id.Value;
        await Refused.WithAsync(StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED", () => RetryAsync("viewer", lease));
        await Refused.WithAsync(StatusCode.NotFound, "LEASE_NOT_FOUND", () => RetryAsync("carrier", lease));
        Assert.That((await FindAsync(lease)).NextAttemptAt.ToDateTimeOffset(), Is.GreaterThan(TimeProvider.System.GetUtcNow().AddMinutes(30)));

        var answer = await RetryAsync("responder", lease);

        Assert.That(answer.Lease.Id, Is.EqualTo(lease));
        Assert.That((await FindAsync(lease)).NextAttemptAt.ToDateTimeOffset(), Is.LessThan(TimeProvider.System.GetUtcNow().AddMinutes(30)));
        var line = (await _broker.ReadAuditAsync()).Split('\n').Single(text => text.Contains("dead_letter_retried", StringComparison.Ordinal));
        Assert.That(line, Does.Contain(lease).And.Contain("\"subject\":\"responder\""));
    }

    [Test]
    public async Task Retry_WhatIsAlive_NotFound()
    {
        var (_, token) = await _broker.OpenAsync("payments/alive");
        var issued = await _broker.IssueAsync(token, "orders-api");

        await Refused.WithAsync(StatusCode.NotFound, "LEASE_NOT_FOUND", () => RetryAsync("responder", issued.Lease.Id));
    }

    private Metadata As(string principal) => OperatedBroker.Bearer(_issuer.Issue(principal));

    private async Task<RetryDeadLetterResponse> RetryAsync(string principal, string lease) =>
        await _broker.Revocations.RetryDeadLetterAsync(new RetryDeadLetterRequest { LeaseId = lease }, As(principal));

    private async Task<Protocol.V1.DeadLetter> FindAsync(string lease) => (await ListAsync("viewer", pageSize: 100)).Single(letter => letter.Lease.Id == lease);

    private async Task<List<Protocol.V1.DeadLetter>> ListAsync(string principal, int pageSize)
    {
        var all = new List<Protocol.V1.DeadLetter>();
        var request = new ListDeadLettersRequest { PageSize = pageSize };
        do
        {
            var page = await _broker.Revocations.ListDeadLettersAsync(request, As(principal));
            Assert.That(page.DeadLetters, Has.Count.LessThanOrEqualTo(pageSize));
            all.AddRange(page.DeadLetters);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    /// <summary>A lease of a backend that nobody here knows, given up.</summary>
    private async Task<Lease> DieAsync(string workload)
    {
        var leases = _broker.Services.GetRequiredService<ILeaseStore>();
        var backlog = _broker.Services.GetRequiredService<IRevocationBacklog>();
        var (task, token) = await _broker.OpenAsync(workload);
        var begun = (BeginOutcome.Begun)await leases.BeginAsync(IntentOf(TaskId.Parse(task.Id), task.Workload.Tenant, token), CancellationToken.None);
        await leases.CommitAsync(begun.Lease, "handle-1", ttl: null, fenceEpoch: 0, CancellationToken.None);
        await leases.RevokeAsync(new CredBroker.Leases.RevokeRequest([begun.Lease], CredBroker.EndReason.Operator, RevocationPriority.Incident), CancellationToken.None);
        ClaimedRevocation? claim = null;
        var entry = new QueuedRevocation(begun.Lease.Id, RevocationPriority.Incident);
        // The broker's own worker asks the absent backend too, again and again.
        await Eventually.IsTrueAsync(
            async () => (claim = await backlog.ClaimAsync(Absent, entry, TimeSpan.FromMinutes(1), CancellationToken.None)) is not null, "the lease is ours to settle");
        var dead = new RevocationSettlement(SettlementOutcome.Dead, TimeSpan.FromHours(1), "It will not.");
        return await backlog.SettleAsync(claim!, dead, CancellationToken.None) ?? throw new InvalidOperationException("The claim was lost.");
    }

    private static LeaseIntent IntentOf(TaskId task, string tenant, string token) => new(
        LeaseId.New(task.Bucket, TimeProvider.System.GetUtcNow()),
        new LeaseTerms
        {
            TaskId = task,
            Tenant = tenant,
            Workload = "spiffe://acme.test/dead",
            Template = "orders-db",
            TemplateVersion = "sha256:1",
            Target = "orders",
            Sensitivity = CredBroker.Sensitivity.Internal,
            Risk = RiskLevel.Low,
            Capabilities = Capabilities.Read,
            Backend = Absent,
            Revocability = CredBroker.Leases.Revocability.Instant,
            Renewable = false,
            PolicyVersion = "policy-1",
        },
        TaskToken.TryParse(token, out var held) ? held.SecretHash : throw new InvalidOperationException("Not a task token."),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(1));
}
