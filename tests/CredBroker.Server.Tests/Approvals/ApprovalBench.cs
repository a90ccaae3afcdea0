using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Access;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Server.Tests.Approvals;

/// <summary>A broker whose policies want people to agree to what writes to the ledger, with people who may and people who may not.</summary>
internal sealed class ApprovalBench : IAsyncDisposable
{
    /// <summary>An owner for the ledger, two and one of those on call for the vault, an owner for tasks below others, one of those on call for a tool.</summary>
    public const string Policies =
        """
        @id("all") permit (principal, action, resource);
        @id("ledger") @approval("owners") forbid (principal, action == Action::"write", resource == Template::"ledger")
          unless { context has approval && context.approval.groups.contains("owners") };
        @id("vault") @approval("owners:2") forbid (principal, action == Action::"read", resource == Template::"vault")
          unless { context has approval && context.approval.groups.contains("owners") };
        @id("vault-oncall") @approval("oncall") forbid (principal, action == Action::"read", resource == Template::"vault")
          unless { context has approval && context.approval.groups.contains("oncall") };
        @id("lost") @approval("nobody") forbid (principal, action == Action::"read", resource == Template::"lost")
          unless { context has approval };
        @id("below") @approval("owners") forbid (principal, action == Action::"read", resource == Template::"plain")
          when { context.task.depth > 0 } unless { context has approval };
        @id("tools") @approval("oncall") forbid (principal, action == Action::"callTool", resource == Tool::"transfer")
          unless { context has approval && context.approval.groups.contains("oncall") };
        """;

    private const string Groups =
        """

        ---
        apiVersion: credbroker/v1
        kind: ApproverGroup
        metadata: { name: owners, owner: payments }
        spec: { approvers: [ann, bob, dee, viv, log, human-1] }
        ---
        apiVersion: credbroker/v1
        kind: ApproverGroup
        metadata: { name: oncall, owner: payments }
        spec: { approvers: [bob, cy] }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: agents, owner: payments }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/agent/*" }
          workload: { tenant: payments, kind: agent }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: named, owner: payments }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/named/*" }
          workload: { tenant: payments, kind: human, attributes: { human: dee } }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: carriers, owner: payments }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/carrier/*" }
          workload: { tenant: logistics, kind: agent }
        """;

    private static readonly (string, string, string)[] People =
    [
        ("ann", "approver", "payments"), ("bob", "approver", "payments"), ("cy", "approver", "payments"), ("dee", "approver", "payments"),
        ("eve", "approver", "payments"), ("log", "approver", "logistics"), ("viv", "viewer", "payments"), ("adm", "platform-admin", "*"),
        ("human-1", "approver", "payments"),
    ];

    private readonly ScratchFolder _scratch = new();
    private FakeIssuer _issuer = null!;

    public OperatedBroker Broker { get; private set; } = null!;

    public CredentialService.CredentialServiceClient Credentials => new(Broker.Channel);

    public ApprovalService.ApprovalServiceClient Approvals => new(Broker.Channel);

    public static async Task<ApprovalBench> StartAsync(params (string Name, string? Value)[] settings)
    {
        var bench = new ApprovalBench();
        try
        {
            bench._issuer = await FakeIssuer.StartAsync();
            Directory.CreateDirectory(bench._scratch.File("own-catalogue"));
            Directory.CreateDirectory(bench._scratch.File("own-policies"));
            await File.WriteAllTextAsync(
                bench._scratch.File("own-catalogue", "all.yaml"),
                string.Join("\n---\n", new[] { "ledger", "vault", "lost", "plain" }.Select(Template)) + Groups);
            bench.WritePolicies(Policies);
            bench.Broker = await OperatedBroker.StartAsync(
            [
                .. OperatedBroker.OperatorsOf(bench._issuer, People),
                ("Templates:Path", bench._scratch.File("own-catalogue")), ("Policies:Path", bench._scratch.File("own-policies")),
                ("Policies:PollInterval", "00:00:00.1"), ("Templates:PollInterval", "00:00:00.1"),
                .. settings,
            ]);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    public Metadata As(string principal) => OperatedBroker.Bearer(_issuer.Issue(principal));

    /// <summary>Changes the policies; returns once the broker decides by them.</summary>
    public async Task ChangePoliciesAsync(string policies, string taskId)
    {
        var before = await ExplainAsync(taskId, "plain");
        WritePolicies(policies);
        await Eventually.IsTrueAsync(async () => (await ExplainAsync(taskId, "plain")).PolicyVersion != before.PolicyVersion, "the policies are in force");
    }

    public async Task<ExplainResponse> ExplainAsync(string taskId, string template, Capability capability = Capability.Read) =>
        await Broker.Governance.ExplainAsync(new ExplainRequest { TaskId = taskId, Template = template, Capabilities = { capability } }, As("viv"));

    /// <summary>A task of a workload that nobody else is.</summary>
    public Task<(AgentTask Task, string Token)> OpenAsync(string kind = "agent") => Broker.OpenAsync($"{kind}/{Guid.NewGuid():n}");

    public static IssueRequest Write(string approvalId = "", string key = "", string template = "ledger", string why = "close the books") => new()
    {
        Template = template,
        Capabilities = { template == "vault" ? Capability.Read : Capability.Write },
        Justification = why,
        Ttl = Duration.FromTimeSpan(TimeSpan.FromMinutes(3)),
        ApprovalId = approvalId,
        IdempotencyKey = key,
    };

    public async Task<IssueResponse> IssueAsync(string token, IssueRequest request) => await Credentials.IssueAsync(request, OperatedBroker.Bearer(token));

    /// <summary>Asks, and returns what has to be agreed to.</summary>
    public async Task<string> AskAsync(string token, IssueRequest? request = null)
    {
        var response = await IssueAsync(token, request ?? Write());
        Assert.That(response.OutcomeCase, Is.EqualTo(IssueResponse.OutcomeOneofCase.PendingApproval));
        return response.PendingApproval.ApprovalId;
    }

    public async Task<ApprovalRequest> DecideAsync(string principal, string approvalId, bool approve = true, string reason = "it is in order") =>
        (await Approvals.DecideAsync(new DecideRequest { ApprovalId = approvalId, Approve = approve, Reason = reason }, As(principal))).Approval;

    public async Task<ApprovalRequest> ReadAsync(string approvalId) =>
        (await Approvals.ListApprovalsAsync(new ListApprovalsRequest { PageSize = 1000 }, As("eve"))).Approvals.Single(request => request.Id == approvalId);

    public async Task<IReadOnlyList<Lease>> ListLeasesAsync(string token) =>
        (await Broker.Leases.ListLeasesAsync(new ListLeasesRequest(), OperatedBroker.Bearer(token))).Leases;

    public async ValueTask DisposeAsync()
    {
        if (Broker is not null) await Broker.DisposeAsync();
        if (_issuer is not null) await _issuer.DisposeAsync();
        _scratch.Dispose();
    }

    private void WritePolicies(string policies) => File.WriteAllText(_scratch.File("own-policies", "all.cedar"), policies);

    private static string Template(string name) =>
        $$"""
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: {{name}}, owner: payments }
        spec:
          tenants: [payments, logistics]
          subjects: ["spiffe://acme.test/*"]
          target: {{name}}
          risk: low
          capabilities: [read, write, delegate]
          ttl: { default: 5m, max: 10m }
          backend: { token: { audience: "https://{{name}}.acme.test", scopes: { read: ["{{name}}:read"], write: ["{{name}}:write"] } } }
        """;
}
