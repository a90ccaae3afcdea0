using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Verification;
using Google.Rpc;
using Grpc.Core;
using TaskState = CredBroker.Protocol.V1.TaskState;

namespace CredBroker.Server.Tests.Api;

/// <summary>Whose tasks an orchestrator may end: those of the workloads that its rule names, in its own tenant.</summary>
[TestFixture, Category("Server")]
public sealed class OrchestratorEndTests
{
    private const string Catalogue =
        """
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: orchestrators }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/orchestrator/*" }
          workload: { tenant: payments, kind: orchestrator, mayEnd: ["spiffe://acme.test/agent/*", "spiffe://acme.test/other/*"] }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: hurried-orchestrators }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/hurried/*" }
          workload: { tenant: payments, kind: orchestrator, reattestEvery: 1s, mayEnd: ["spiffe://acme.test/agent/*"] }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: agents }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/agent/*" }
          workload: { tenant: payments, kind: agent }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: guarded-agents }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/guarded/*" }
          workload: { tenant: payments, kind: agent }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: others }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/other/*" }
          workload: { tenant: logistics, kind: agent }
        """;

    private ScratchFolder _scratch = null!;
    private OperatedBroker _broker = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _scratch = new ScratchFolder();
        Directory.CreateDirectory(_scratch.File("rules"));
        await File.WriteAllTextAsync(_scratch.File("rules", "all.yaml"), Catalogue);
        _broker = await OperatedBroker.StartAsync(("Templates:Path", _scratch.File("rules")));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _broker.DisposeAsync();
        _scratch.Dispose();
    }

    [Test]
    public async Task EndTask_OfAWorkloadThatTheRuleNames_EndsItAndSaysWho()
    {
        var (task, token) = await _broker.OpenAsync("agent/a");
        var (_, orchestrator) = await _broker.OpenAsync("orchestrator/a");

        Assert.That(await ReasonOf(() => EndAsync(orchestrator, task.Id)), Is.Empty);

        var ended = await _broker.Tasks.GetTaskAsync(new GetTaskRequest(), OperatedBroker.Bearer(token));
        Assert.That(ended.Task.State, Is.EqualTo(TaskState.Ended));
        await Eventually.IsTrueAsync(async () => (await _broker.ReadAuditAsync()).Split('\n').Any(line =>
            line.Contains("task_sealed", StringComparison.Ordinal) && line.Contains(task.Id, StringComparison.Ordinal)
            && line.Contains("orchestrator/a", StringComparison.Ordinal)), "the end is on record");
    }

    [TestCase("guarded/a", "orchestrator/b")]
    [TestCase("other/a", "orchestrator/b")]
    [TestCase("orchestrator/c", "orchestrator/b")]
    [TestCase("agent/b", "agent/c")]
    public async Task EndTask_OfAnybodyElse_FindsNoSuchTask(string owner, string caller)
    {
        var (task, token) = await _broker.OpenAsync(owner);
        var (_, other) = await _broker.OpenAsync(caller);

        Assert.That(await ReasonOf(() => EndAsync(other, task.Id)), Is.EqualTo("TASK_NOT_FOUND"));
        Assert.That((await _broker.Tasks.GetTaskAsync(new GetTaskRequest(), OperatedBroker.Bearer(token))).Task.State, Is.EqualTo(TaskState.Open));
    }

    [Test]
    public async Task EndTask_ByAnOrchestratorWhoseOwnTaskIsOver_IsRefused()
    {
        var (task, _) = await _broker.OpenAsync("agent/d");
        var (_, orchestrator) = await _broker.OpenAsync("orchestrator/d");
        await EndAsync(orchestrator, "");

        Assert.That(await ReasonOf(() => EndAsync(orchestrator, task.Id)), Is.EqualTo("TASK_ENDED"));
    }

    [Test]
    public async Task EndTask_ByAnOrchestratorThatIsDueForAttestation_IsRefused()
    {
        var (task, _) = await _broker.OpenAsync("agent/e");
        var (_, orchestrator) = await _broker.OpenAsync("hurried/e");
        var reason = "";
        await Eventually.IsTrueAsync(async () =>
        {
            var (another, _) = await _broker.OpenAsync("agent/f");
            return (reason = await ReasonOf(() => EndAsync(orchestrator, another.Id))).Length > 0;
        }, "the orchestrator's attestation is over");

        Assert.That(reason, Is.EqualTo("ATTESTATION_EXPIRED"));
        Assert.That(await ReasonOf(() => EndAsync(orchestrator, task.Id)), Is.EqualTo("ATTESTATION_EXPIRED"));
    }

    [Test]
    public async Task GetTask_OfAWorkloadThatTheRuleNames_ShowsNothing()
    {
        var (task, _) = await _broker.OpenAsync("agent/g");
        var (_, orchestrator) = await _broker.OpenAsync("orchestrator/g");

        var reason = await ReasonOf(async () => await _broker.Tasks.GetTaskAsync(new GetTaskRequest { TaskId = task.Id }, OperatedBroker.Bearer(orchestrator)));

        Assert.That(reason, Is.EqualTo("TASK_NOT_FOUND"));
    }

    private async Task<EndTaskResponse> EndAsync(string token, string taskId) =>
        await _broker.Tasks.EndTaskAsync(new EndTaskRequest { TaskId = taskId, Outcome = "orchestrated" }, OperatedBroker.Bearer(token));

    private static async Task<string> ReasonOf<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
            return "";
        }
        catch (RpcException refused)
        {
            return refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? refused.StatusCode.ToString();
        }
    }
}
