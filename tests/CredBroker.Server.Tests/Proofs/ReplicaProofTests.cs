using System.Security.Cryptography;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Server.Tests.Tokens;
using CredBroker.Testing.Attestation;
using CredBroker.Testing.Stores;
using Google.Rpc;
using Grpc.Core;

namespace CredBroker.Server.Tests.Proofs;

/// <summary>Two brokers on one Redis: a proof of possession is good once, whichever of them it is shown to.</summary>
[TestFixture, Category("Server")]
internal sealed class ReplicaProofTests
{
    private const string Rounds = "several rounds, since the two must meet in the store";

    private RedisServerProcess _redis = null!;
    private ScratchFolder _scratch = null!;
    private BrokerReplica _one = null!;
    private BrokerReplica _other = null!;
    private TestDpop _caller = null!;
    private string _nonce = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _redis = await OwnRedis.StartAsync();
        _scratch = new ScratchFolder();
        await File.WriteAllTextAsync(_scratch.File("kek"), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        ScratchFolder.SetMode(_scratch.File("kek"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _one = await BrokerReplica.StartAsync(_redis.ConnectionString, _scratch.File("kek"), "https://broker.acme.test");
        _other = await BrokerReplica.StartAsync(_redis.ConnectionString, _scratch.File("kek"), "https://broker.acme.test");
        _caller = new TestDpop(TimeProvider.System);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _caller.Dispose();
        await _other.DisposeAsync();
        await _one.DisposeAsync();
        await _redis.DisposeAsync();
        _scratch.Dispose();
    }

    [Test]
    public async Task Heartbeat_SameProofAtBothAtOnce_OneWins()
    {
        var token = await OpenAsync();
        for (var round = 0; round < 10; round++)
        {
            var headers = With(token, "TaskService/Heartbeat");

            var reasons = await Task.WhenAll(new[] { _one, _other, _one, _other }.Select(replica => ReasonOf(() => replica.Calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), headers).ResponseAsync)));

            Assert.That(reasons.Order(), Is.EqualTo(new[] { "", "PROOF_INVALID", "PROOF_INVALID", "PROOF_INVALID" }), Rounds);
        }
    }

    [Test]
    public async Task Issue_SameProofAtTheOther_LeavesOneLease()
    {
        var token = await OpenAsync();
        var headers = With(token, "CredentialService/Issue");
        var request = new IssueRequest { Template = "orders-api" };

        var first = await ReasonOf(() => _one.Calls.Credentials.IssueAsync(request, headers).ResponseAsync);
        var second = await ReasonOf(() => _other.Calls.Credentials.IssueAsync(request, headers).ResponseAsync);

        Assert.That((first, second), Is.EqualTo(("", "PROOF_INVALID")));
        var leases = await _other.Calls.Leases.ListLeasesAsync(new ListLeasesRequest(), With(token, "LeaseService/ListLeases"));
        Assert.That(leases.Leases, Has.Count.EqualTo(1), "and a fresh proof with the nonce of the one is good at the other");
    }

    /// <summary>Opens a task that is bound to the caller's key; the first proof is refused and brings the nonce.</summary>
    private async Task<string> OpenAsync()
    {
        var request = new OpenTaskRequest { Evidence = _one.Site.EvidenceOf("agent/a"), Purpose = "test" };
        _nonce = "";
        var refused = await Assert.ThrowsAsync<RpcException>(() => _one.Calls.Tasks.OpenTaskAsync(request, Proof("TaskService/OpenTask")).ResponseAsync);
        _nonce = refused!.GetRpcStatus()!.GetDetail<ErrorInfo>().Metadata["dpop_nonce"];
        request.Evidence = _one.Site.EvidenceOf("agent/a");
        return (await _one.Calls.Tasks.OpenTaskAsync(request, Proof("TaskService/OpenTask"))).TaskToken;
    }

    private Metadata With(string token, string call) => [.. new Metadata { { "authorization", $"DPoP {token}" } }, .. Proof(call, token)];

    private Metadata Proof(string call, string? token = null) =>
        new() { { "dpop", _caller.Prove("POST", $"https://broker.acme.test/credbroker.v1.{call}", token, _nonce) } };

    private static async Task<string> ReasonOf<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
            return "";
        }
        catch (RpcException refused)
        {
            return refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? refused.Status.ToString();
        }
    }
}
