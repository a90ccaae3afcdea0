using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Client.Operators;

namespace CredBroker.Server.Tests.Approvals;

/// <summary>An agent that waits and a person who decides, both by the SDK.</summary>
[TestFixture, Category("Server")]
internal sealed class ApprovalSdkTests
{
    private static readonly CredentialRequest Ledger = new("ledger")
    {
        Capabilities = [Capability.Write],
        Justification = "close the books",
        WaitForApproval = TimeSpan.FromSeconds(60),
    };

    private ApprovalBench _bench = null!;

    private CredBrokerOptions Options => new() { Address = $"http://{_bench.Broker.Channel.Target}", HandleSignals = false };

    [OneTimeSetUp]
    public async Task StartAsync() => _bench = await ApprovalBench.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Sdk_WaitsUntilSomebodyAgrees_GetsTheCredential()
    {
        await using var client = NewClient("sdk-1");
        await using var task = await client.OpenTaskAsync(new TaskRequest("close-the-books"));
        using var person = NewOperator("ann");

        var issuing = task.IssueAsync(Ledger);
        var request = await NextAsync(person, task.Id);
        var decided = await person.Approvals.DecideAsync(request.Id, approve: true, "it is in order");
        await using var credential = await issuing;

        Assert.That((request.Subject, request.Workload, request.Justification), Is.EqualTo(("ledger", "spiffe://acme.test/agent/sdk-1", "close the books")));
        Assert.That((decided.State, decided.Decisions.Single().Principal), Is.EqualTo((ApprovalState.Approved, "ann")));
        Assert.That(credential.Scope, Is.EqualTo("ledger:write"));
        var used = await FindAsync(person, request.Id);
        Assert.That((used.State, used.LeaseId), Is.EqualTo((ApprovalState.Used, credential.LeaseId)));
    }

    [Test]
    public async Task Sdk_WaitsAndSomebodyRefuses_IsToldSo()
    {
        await using var client = NewClient("sdk-2");
        await using var task = await client.OpenTaskAsync(new TaskRequest("close-the-books"));
        using var person = NewOperator("ann");

        var issuing = task.IssueAsync(Ledger);
        await person.Approvals.DecideAsync((await NextAsync(person, task.Id)).Id, approve: false, "not in a freeze");

        Assert.That((await Assert.ThrowsAsync<BrokerRefusedException>(() => issuing))!.Reason, Is.EqualTo("APPROVAL_DENIED"));
    }

    private CredBrokerClient NewClient(string name) =>
        new(Options, new StaticEvidenceSource(WorkloadEvidence.FromText(WorkloadEvidence.SpiffeJwt, _bench.Broker.Svid($"agent/{name}"))));

    private CredBrokerOperator NewOperator(string principal) =>
        new(Options, _ => ValueTask.FromResult(_bench.As(principal).GetValue("authorization")!["Bearer ".Length..]));

    private static async Task<ApprovalRequest> NextAsync(CredBrokerOperator person, string taskId)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        await foreach (var request in person.Approvals.WatchAsync(patience.Token))
            if (request.TaskId == taskId) return request;
        throw new AssertionException("Nobody was asked.");
    }

    private static async Task<ApprovalRequest> FindAsync(CredBrokerOperator person, string id)
    {
        await foreach (var request in person.Approvals.ListAsync())
            if (request.Id == id) return request;
        throw new AssertionException("It is forgotten.");
    }
}
