using System.Buffers.Text;
using System.Text.Json;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Attestation;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace CredBroker.Server.Tests.Proofs;

/// <summary>Tasks that are bound to a DPoP key, on the whole server: what the key is good for, and that nothing comes of the token without it.</summary>
[TestFixture, Category("Server")]
public sealed class BoundTaskTests
{
    private ScratchFolder _scratch = null!;
    private OperatedBroker _broker = null!;
    private TestDpop _caller = null!;
    private string? _nonce;

    [OneTimeSetUp]
    public async Task Start()
    {
        _scratch = new ScratchFolder();
        Directory.CreateDirectory(_scratch.File("rules"));
        await File.WriteAllTextAsync(_scratch.File("rules", "all.yaml"), BoundCatalogue.Text);
        _broker = await OperatedBroker.StartAsync(("Templates:Path", _scratch.File("rules")));
        _caller = new TestDpop(TimeProvider.System);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _caller.Dispose();
        await _broker.DisposeAsync();
        _scratch.Dispose();
    }

    [Test]
    public async Task OpenTask_RuleDemandsAProof_IsRefusedWithoutOne()
    {
        Assert.That(await ReasonOf(() => OpenAsync("bound/a", [])), Is.EqualTo("PROOF_INVALID: The workload rule demands a proof of possession by DPoP."));
        Assert.That(await _broker.ReadAuditAsync(), Does.Contain("The workload rule demands a proof of possession by DPoP."));
    }

    [Test]
    public async Task OpenTask_FirstProof_GetsANonce()
    {
        var reason = await ReasonOf(() => OpenAsync("bound/b", Proof("TaskService/OpenTask", nonce: "")));

        Assert.That(reason, Does.StartWith("PROOF_INVALID: The proof of possession is refused: it holds no nonce"));
    }

    [Test]
    public async Task OpenTask_SameProofTwice_OneWins()
    {
        await GetNonceAsync();
        var proof = Proof("TaskService/OpenTask");

        var reasons = await Task.WhenAll(ReasonOf(() => OpenAsync("bound/c", proof)), ReasonOf(() => OpenAsync("bound/c", proof)));

        Assert.That(reasons, Is.EquivalentTo(new[] { "", "PROOF_INVALID: The proof of possession has been used before." }));
    }

    [Test]
    public async Task OpenTask_TwoProofs_IsRefused()
    {
        await GetNonceAsync();
        Metadata two = [.. Proof("TaskService/OpenTask"), .. Proof("TaskService/OpenTask")];

        Assert.That(await ReasonOf(() => OpenAsync("bound/d", two)), Does.StartWith("PROOF_INVALID"));
    }

    [Test]
    public async Task OpenTask_ProofThatNobodyDemands_BindsAllTheSame()
    {
        var opened = await OpenBoundAsync("free/a");

        Assert.That(await ReasonOf(() => HeartbeatAsync(OperatedBroker.Bearer(opened.TaskToken))), Does.StartWith("TASK_TOKEN_INVALID"));
        Assert.That(await ReasonOf(() => HeartbeatAsync(With(opened.TaskToken, "TaskService/Heartbeat"))), Is.Empty);
    }

    [Test]
    public async Task Calls_WithTheKey_AreGoodAndEachProofOnce()
    {
        var opened = await OpenBoundAsync("bound/e");
        var headers = With(opened.TaskToken, "TaskService/Heartbeat");

        Assert.That(await ReasonOf(() => HeartbeatAsync(headers)), Is.Empty);
        Assert.That(await ReasonOf(() => HeartbeatAsync(headers)), Is.EqualTo("PROOF_INVALID: The proof of possession has been used before."));
    }

    [Test]
    public async Task Calls_WithoutTheKey_AreRefused()
    {
        var opened = await OpenBoundAsync("bound/f");
        using var thief = new TestDpop(TimeProvider.System);
        var token = opened.TaskToken;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ReasonOf(() => HeartbeatAsync(OperatedBroker.Bearer(token))), Does.StartWith("TASK_TOKEN_INVALID"), "as a bearer token");
            Assert.That(await ReasonOf(() => HeartbeatAsync([.. OperatedBroker.Bearer(token), .. Proof("TaskService/Heartbeat", token)])), Does.StartWith("TASK_TOKEN_INVALID"), "as a bearer token with a proof");
            Assert.That(await ReasonOf(() => HeartbeatAsync(With(token, "TaskService/Heartbeat", by: thief))), Does.StartWith("TASK_TOKEN_INVALID"), "with a thief's key");
            Assert.That(await ReasonOf(() => HeartbeatAsync(Headers(token))), Does.StartWith("PROOF_INVALID"), "with no proof");
            Assert.That(await ReasonOf(() => HeartbeatAsync([.. Headers(token), .. Proof("TaskService/Heartbeat")])), Does.StartWith("PROOF_INVALID"), "with a proof for no token");
            Assert.That(await ReasonOf(() => HeartbeatAsync(With(token, "TaskService/EndTask"))), Does.StartWith("PROOF_INVALID"), "with a proof for another call");
            Assert.That(await ReasonOf(() => IssueAsync(With(token, "CredentialService/Issue", by: thief), "free-api")), Does.StartWith("TASK_TOKEN_INVALID"), "issue with a thief's key");
        }

        var leases = await _broker.Leases.ListLeasesAsync(new ListLeasesRequest(), With(token, "LeaseService/ListLeases"));
        Assert.That(leases.Leases, Is.Empty);
    }

    [Test]
    public async Task Calls_ProofForATokenThatIsNobodys_LeaveNothingBehind()
    {
        await GetNonceAsync();
        const string Token = "cbt_tsk_0001.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

        Assert.That(await ReasonOf(() => HeartbeatAsync(With(Token, "TaskService/Heartbeat"))), Does.StartWith("TASK_TOKEN_INVALID"));
    }

    [Test]
    public async Task Calls_UnboundTokenByDpop_AreRefused()
    {
        var (_, token) = await _broker.OpenAsync("free/b");
        await GetNonceAsync();

        Assert.That(await ReasonOf(() => HeartbeatAsync(With(token, "TaskService/Heartbeat"))), Does.StartWith("TASK_TOKEN_INVALID"));
        Assert.That(await ReasonOf(() => HeartbeatAsync(OperatedBroker.Bearer(token))), Is.Empty);
    }

    [Test]
    public async Task Json_WithTheKey_IsGood()
    {
        var opened = await OpenBoundAsync("bound/g");
        var address = new Uri(_broker.Http.BaseAddress!, $"/v1/tasks/{opened.Task.Id}");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Authorization", $"DPoP {opened.TaskToken}");
        request.Headers.Add("DPoP", _caller.Prove("GET", address.AbsoluteUri, opened.TaskToken, _nonce));

        using var answer = await _broker.Http.SendAsync(request);

        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(opened.Task.Id));
    }

    [Test]
    public async Task AuthZen_WithTheKey_IsAnsweredOnceForEachProof()
    {
        var opened = await OpenBoundAsync("bound/authzen");
        var proof = _caller.Prove("POST", new Uri(_broker.Http.BaseAddress!, "/access/v1/evaluation").AbsoluteUri, opened.TaskToken, _nonce);

        using var good = await EvaluateAsync(opened, "DPoP", proof);
        using var again = await EvaluateAsync(opened, "DPoP", proof);

        Assert.That(await good.Content.ReadAsStringAsync(), Does.StartWith("{\"decision\":"));
        Assert.That(await again.Content.ReadAsStringAsync(), Is.EqualTo("PROOF_INVALID: The proof of possession has been used before."));
    }

    [Test]
    public async Task AuthZen_WithoutTheKey_IsRefused()
    {
        var opened = await OpenBoundAsync("bound/authzen-thief");
        using var thief = new TestDpop(TimeProvider.System);
        var address = new Uri(_broker.Http.BaseAddress!, "/access/v1/evaluation").AbsoluteUri;

        using var bearer = await EvaluateAsync(opened, "Bearer", null);
        using var stolen = await EvaluateAsync(opened, "DPoP", thief.Prove("POST", address, opened.TaskToken, _nonce));
        using var noNonce = await EvaluateAsync(opened, "DPoP", _caller.Prove("POST", address, opened.TaskToken, ""));

        Assert.That(new[] { bearer, stolen, noNonce }.Select(answer => (int)answer.StatusCode), Is.All.EqualTo(401));
        Assert.That(noNonce.Headers.WwwAuthenticate.Last().ToString(), Does.Contain("error=\"use_dpop_nonce\""));
        Assert.That(noNonce.Headers.Contains("DPoP-Nonce"), Is.True);
    }

    [Test]
    public async Task Issue_TemplateDemandsAProof_BindsTheTokenToTheTasksKey()
    {
        var opened = await OpenBoundAsync("bound/h");

        var issued = (await IssueAsync(With(opened.TaskToken, "CredentialService/Issue"), "bound-api")).Issued;
        var renewed = await new CredentialService.CredentialServiceClient(_broker.Channel)
            .RenewAsync(new RenewRequest { LeaseId = issued.Lease.Id }, With(opened.TaskToken, "CredentialService/Renew"));

        Assert.That(issued.Credential.AccessToken.TokenType, Is.EqualTo("DPoP"));
        Assert.That(Confirmation(issued.Credential), Is.EqualTo($$"""{"jkt":"{{_caller.Thumbprint}}"}"""));
        Assert.That(Confirmation(renewed.Credential), Is.EqualTo($$"""{"jkt":"{{_caller.Thumbprint}}"}"""));
    }

    [Test]
    public async Task Issue_TemplateDemandsAProof_IsRefusedToAnUnboundTask()
    {
        var (_, token) = await _broker.OpenAsync("free/c");

        Assert.That(await ReasonOf(() => IssueAsync(OperatedBroker.Bearer(token), "bound-api")), Does.StartWith("PROOF_INVALID: The template is for tasks that are bound to a key by DPoP."));
    }

    [Test]
    public async Task Issue_KeyOfTheCallers_BindsTheTokenToIt()
    {
        var (_, token) = await _broker.OpenAsync("free/d");

        var issued = (await IssueAsync(OperatedBroker.Bearer(token), "free-api", _caller.Jwk().ToJsonString())).Issued;

        var renewed = await new CredentialService.CredentialServiceClient(_broker.Channel)
            .RenewAsync(new RenewRequest { LeaseId = issued.Lease.Id }, OperatedBroker.Bearer(token));

        Assert.That(Confirmation(issued.Credential), Is.EqualTo($$"""{"jkt":"{{_caller.Thumbprint}}"}"""));
        Assert.That(Confirmation(renewed.Credential), Is.EqualTo($$"""{"jkt":"{{_caller.Thumbprint}}"}"""));
        Assert.That((await IssueAsync(OperatedBroker.Bearer(token), "free-api")).Issued.Credential.AccessToken.TokenType, Is.EqualTo("Bearer"));
    }

    [TestCase("{}")]
    [TestCase("rubbish")]
    [TestCase("""{"kty":"oct","k":"AAAA"}""")]
    public async Task Issue_KeyThatIsNone_IsRefused(string key)
    {
        var (_, token) = await _broker.OpenAsync("free/e");

        Assert.That(await ReasonOf(() => IssueAsync(OperatedBroker.Bearer(token), "free-api", key)), Does.StartWith("INVALID_REQUEST: proof_key"));
    }

    [Test]
    public async Task Heartbeat_FreshEvidenceWithANewKey_BindsToThat()
    {
        var opened = await OpenBoundAsync("bound/i");
        using var next = new TestDpop(TimeProvider.System);

        await HeartbeatAsync(With(opened.TaskToken, "TaskService/Heartbeat", by: next), "bound/i");

        Assert.That(await ReasonOf(() => HeartbeatAsync(With(opened.TaskToken, "TaskService/Heartbeat"))), Does.StartWith("TASK_TOKEN_INVALID"));
        Assert.That(await ReasonOf(() => HeartbeatAsync(With(opened.TaskToken, "TaskService/Heartbeat", by: next))), Is.Empty);
        Assert.That(await ReasonOf(() => HeartbeatAsync(OperatedBroker.Bearer(opened.TaskToken), "bound/i")), Does.StartWith("TASK_TOKEN_INVALID"));
    }

    [Test]
    public async Task OpenTask_UnderABoundParent_NeedsTheParentsKey()
    {
        var parent = await OpenBoundAsync("bound/j");
        using var other = new TestDpop(TimeProvider.System);

        Assert.That(await ReasonOf(() => OpenAsync("bound/k", Proof("TaskService/OpenTask", by: other), parent.TaskToken)), Does.StartWith("TASK_TOKEN_INVALID"));
        Assert.That(await ReasonOf(() => OpenAsync("free/k", [], parent.TaskToken)), Does.StartWith("TASK_TOKEN_INVALID"));
        Assert.That(await ReasonOf(() => OpenAsync("bound/k", Proof("TaskService/OpenTask"), parent.TaskToken)), Is.Empty);
    }

    private async Task<HttpResponseMessage> EvaluateAsync(OpenTaskResponse opened, string scheme, string? proof)
    {
        var body = $$$"""{"subject":{"type":"task","id":"{{{opened.Task.Id}}}"},"action":{"name":"read"},"resource":{"type":"target","id":"orders"}}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/access/v1/evaluation") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {opened.TaskToken}");
        if (proof is not null) request.Headers.Add("DPoP", proof);
        return await _broker.Http.SendAsync(request);
    }

    private string Address(string call) => $"http://{_broker.Channel.Target}/credbroker.v1.{call}";

    private async Task<OpenTaskResponse> OpenBoundAsync(string path)
    {
        await GetNonceAsync();
        return await OpenAsync(path, Proof("TaskService/OpenTask"));
    }

    private async Task GetNonceAsync()
    {
        if (_nonce is not null) return;
        var refused = await Assert.ThrowsAsync<RpcException>(() => OpenAsync("bound/nonce", Proof("TaskService/OpenTask", nonce: "")));
        _nonce = refused!.GetRpcStatus()!.GetDetail<ErrorInfo>().Metadata["dpop_nonce"];
    }

    private async Task<OpenTaskResponse> OpenAsync(string path, Metadata headers, string parent = "")
    {
        var request = new OpenTaskRequest { Evidence = EvidenceOf(path), Purpose = "test", ParentTaskToken = parent };
        if (parent.Length > 0) request.Delegation.Add(new Delegation { Template = "free-api" });
        return await _broker.Tasks.OpenTaskAsync(request, headers);
    }

    private async Task<HeartbeatResponse> HeartbeatAsync(Metadata headers, string? evidenceOf = null) =>
        await _broker.Tasks.HeartbeatAsync(new HeartbeatRequest { Evidence = evidenceOf is null ? null : EvidenceOf(evidenceOf) }, headers);

    private async Task<IssueResponse> IssueAsync(Metadata headers, string template, string key = "") =>
        await new CredentialService.CredentialServiceClient(_broker.Channel).IssueAsync(new IssueRequest { Template = template, ProofKey = key }, headers);

    private Evidence EvidenceOf(string path) => new() { Attestor = "spiffe_jwt", Payload = ByteString.CopyFromUtf8(_broker.Svid(path)) };

    private Metadata With(string token, string call, TestDpop? by = null) => [.. Headers(token), .. Proof(call, token, by: by)];

    private static Metadata Headers(string token) => new() { { "authorization", $"DPoP {token}" } };

    private Metadata Proof(string call, string? token = null, string? nonce = null, TestDpop? by = null) =>
        new() { { "dpop", (by ?? _caller).Prove("POST", Address(call), token, nonce ?? _nonce) } };

    private static string Confirmation(Credential credential)
    {
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(credential.AccessToken.Value.Split('.')[1]));
        return claims.RootElement.GetProperty("cnf").GetRawText();
    }

    /// <summary>Why a call was refused; empty where it was not.</summary>
    private static async Task<string> ReasonOf<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
            return "";
        }
        catch (RpcException refused)
        {
            return $"{refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? refused.StatusCode.ToString()}: {refused.Status.Detail}";
        }
    }
}
