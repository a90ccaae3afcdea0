using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Attestation.X509Pop;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Attestation;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Evidence = CredBroker.Protocol.V1.Evidence;

namespace CredBroker.Server.Tests.Attestation;

/// <summary>Evidence that answers a challenge, shown to the whole server: what comes of good evidence, and that nothing comes of bad.</summary>
[TestFixture, Category("Server")]
public sealed class ChallengedTaskTests
{
    private const string KeyId = "ASIAEXAMPLE";
    private const string Secret = "the-secret-access-key";

    private const string Rules =
        """
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: roles }
        spec:
          match: { attestor: aws_iam, subject: "aws://123456789012/assumed-role/orders/*", selectors: ["aws:role_id:AROAEXAMPLE"] }
          workload: { tenant: payments, kind: agent }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: machines }
        spec:
          match: { attestor: x509_pop, subject: "x509://machines/*" }
          workload: { tenant: plant, kind: agent }
        """;

    private ScratchFolder _scratch = null!;
    private FakeSts _sts = null!;
    private TestX509Authority _root = null!;
    private OperatedBroker _broker = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _scratch = new ScratchFolder();
        Directory.CreateDirectory(_scratch.File("rules"));
        await File.WriteAllTextAsync(_scratch.File("rules", "rules.yaml"), Rules);
        _root = TestX509Authority.Root(TimeProvider.System);
        await File.WriteAllTextAsync(_scratch.File("roots.pem"), _root.Certificate.ExportCertificatePem());
        _sts = await FakeSts.StartAsync(TimeProvider.System);
        _sts.Keys[KeyId] = (Secret, "session-token", "arn:aws:sts::123456789012:assumed-role/orders/i-0abc", "AROAEXAMPLE:i-0abc");
        _broker = await OperatedBroker.StartAsync(
            ("Templates:Path", _scratch.File("rules")),
            ("Attestation:AwsIam:Accounts:0", "123456789012"), ("Attestation:AwsIam:Endpoints:0", _sts.Address),
            ("Attestation:X509Pop:Authorities:0:Name", "machines"), ("Attestation:X509Pop:Authorities:0:RootsFile", _scratch.File("roots.pem")));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _broker.DisposeAsync();
        await _sts.DisposeAsync();
        _root.Dispose();
        _scratch.Dispose();
    }

    [TearDown]
    public void AnswerAgain() => _sts.Answer = null;

    [Test]
    public async Task OpenTask_SignedStsRequestTwice_IsTheRolesOnce()
    {
        var request = await SignedAsync();

        var opened = await OpenAsync("aws_iam", request);

        Assert.That((opened.Workload.Subject, opened.Workload.Tenant), Is.EqualTo(("aws://123456789012/assumed-role/orders/i-0abc", "payments")));
        await ExpectRefusalAsync("aws_iam", request, "CHALLENGE_INVALID", "The challenge is not one of this broker");
    }

    [Test]
    public async Task OpenTask_StsHostOfTheAttacker_IsRefusedUnasked()
    {
        using var attacker = new TcpListener(IPAddress.Loopback, 0);
        attacker.Start();
        var request = await SignedAsync();
        request["url"] = $"http://{attacker.LocalEndpoint}/";

        await ExpectRefusalAsync("aws_iam", request, "ATTESTATION_FAILED", "its address is no STS endpoint that is asked here");
        Assert.That(attacker.Pending(), Is.False);
    }

    [Test]
    public async Task OpenTask_StsHostThatLooksRight_IsRefused()
    {
        var request = await SignedAsync();
        request["url"] = $"{_sts.Address}.evil.test/";

        await ExpectRefusalAsync("aws_iam", request, "ATTESTATION_FAILED", "its address is no STS endpoint that is asked here");
    }

    [Test]
    public async Task OpenTask_StsRedirects_IsNotFollowed()
    {
        using var attacker = new TcpListener(IPAddress.Loopback, 0);
        attacker.Start();
        var address = $"http://{attacker.LocalEndpoint}/";
        _sts.Answer = http =>
        {
            http.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            http.Response.Headers.Location = address;
            return Task.CompletedTask;
        };

        await ExpectRefusalAsync("aws_iam", await SignedAsync(), "VERIFIER_UNAVAILABLE", "STS does not answer as it should");
        Assert.That(attacker.Pending(), Is.False);
    }

    [Test]
    public async Task OpenTask_StsActionTwice_IsRefused() => await ExpectRefusalAsync(
        "aws_iam", await SignedAsync("Action=GetCallerIdentity&Version=2011-06-15&Action=GetSessionToken"), "ATTESTATION_FAILED", "its body is not that of GetCallerIdentity");

    [Test]
    public async Task OpenTask_StsChallengeNotSigned_IsRefused() => await ExpectRefusalAsync(
        "aws_iam", await SignedAsync(leaveOut: "x-credbroker-challenge"), "ATTESTATION_FAILED", "its challenge is not among what is signed");

    [Test]
    public async Task OpenTask_AnswerOfACertificate_IsTheMachines()
    {
        var leaf = _root.Issue(X509PopUnderTest.Leaf);

        var opened = await OpenAsync("x509_pop", X509PopUnderTest.Answer(leaf, await ChallengeAsync("x509_pop")));

        Assert.That((opened.Workload.Subject, opened.Workload.Tenant), Is.EqualTo(("x509://machines/press-7", "plant")));
    }

    [Test]
    public async Task OpenTask_CertificateWithoutItsKey_IsRefused()
    {
        var (stolen, own) = (_root.Issue(X509PopUnderTest.Leaf), _root.Issue(X509PopUnderTest.Leaf));
        var answer = X509PopUnderTest.Answer(own, await ChallengeAsync("x509_pop"));
        answer["chain"] = X509PopUnderTest.Answer(stolen, "x")["chain"]!.DeepClone();

        await ExpectRefusalAsync("x509_pop", answer, "ATTESTATION_FAILED", "its signature does not verify");
    }

    [Test]
    public async Task OpenTask_ChallengeOfAnotherAttestor_IsRefused() => await ExpectRefusalAsync(
        "x509_pop", X509PopUnderTest.Answer(_root.Issue(X509PopUnderTest.Leaf), await ChallengeAsync("aws_iam")), "CHALLENGE_INVALID", "The challenge is not one of this broker");

    [Test]
    public async Task Client_WithACertificateAndItsKey_AnswersByItself()
    {
        var leaf = _root.Issue(X509PopUnderTest.Leaf);
        await File.WriteAllTextAsync(_scratch.File("press.pem"), leaf.ExportCertificatePem());
        await File.WriteAllTextAsync(_scratch.File("press.key"), leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var options = new CredBrokerOptions { Address = $"http://{_broker.Channel.Target}", HandleSignals = false };
        await using var client = new CredBrokerClient(options, new CertificateProofEvidenceSource(_scratch.File("press.pem"), _scratch.File("press.key")));

        await using var task = await client.OpenTaskAsync(new("test"));

        Assert.That(task.Subject, Is.EqualTo("x509://machines/press-7"));
    }

    private async Task<JsonObject> SignedAsync(string body = FakeSts.GetCallerIdentity, string? leaveOut = null) =>
        _sts.Request(KeyId, await ChallengeAsync("aws_iam"), body, leaveOut);

    private async Task<string> ChallengeAsync(string attestor) =>
        (await new AttestationService.AttestationServiceClient(_broker.Channel).GetChallengeAsync(new GetChallengeRequest { Attestor = attestor })).Challenge;

    private async Task<AgentTask> OpenAsync(string attestor, JsonObject evidence) =>
        (await _broker.Tasks.OpenTaskAsync(new OpenTaskRequest
        {
            Evidence = new Evidence { Attestor = attestor, Payload = ByteString.CopyFromUtf8(evidence.ToJsonString()) },
            Purpose = "test",
        })).Task;

    private Task ExpectRefusalAsync(string attestor, JsonObject evidence, string reason, string why) =>
        RefusedTask.ExpectAsync(reason, _broker, () => OpenAsync(attestor, evidence), why, Secret, "session-token");
}
