using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Attestation;
using CredBroker.Testing.Broker;

namespace CredBroker.Tests.Client;

/// <summary>Evidence that answers a challenge: the client asks for one and signs it.</summary>
[TestFixture, Category("Unit")]
public sealed class ChallengedEvidenceTests
{
    [Test]
    public async Task OpenTask_ChallengedSource_AnswersAChallengeForItsAttestor()
    {
        await using var broker = await FakeBroker.StartAsync();
        await using var client = new CredBrokerClient(new CredBrokerOptions { Address = broker.Address, HandleSignals = false }, new Echo());

        await using var task = await client.OpenTaskAsync(new("test"));

        var shown = broker.Requests<OpenTaskRequest>().Single().Evidence;
        Assert.That((shown.Attestor, shown.Payload.ToStringUtf8()), Is.EqualTo(("echo", "challenge for echo")));
        Assert.That(broker.Requests<GetChallengeRequest>().Single().Attestor, Is.EqualTo("echo"));
    }

    [Test]
    public async Task OpenTask_ProvesItsKey_TheChallengeIsForThatKeyAlone()
    {
        await using var broker = await FakeBroker.StartAsync();
        await using var client = new CredBrokerClient(new CredBrokerOptions { Address = broker.Address, HandleSignals = false, ProofOfPossession = ProofOfPossession.Always }, new Echo());

        await using var task = await client.OpenTaskAsync(new("test"));

        var proof = broker.Calls.Last(call => call.Method == "OpenTask").Proof!;
        var jwk = JsonNode.Parse(Base64Url.DecodeFromChars(proof.Split('.')[0]))!["jwk"]!;
        var canonical = $$"""{"crv":"P-256","kty":"EC","x":"{{jwk["x"]}}","y":"{{jwk["y"]}}"}""";
        Assert.That(broker.Requests<GetChallengeRequest>().Single().KeyThumbprint, Is.EqualTo(Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))));
    }

    [Test]
    public async Task Aws_Answer_IsARequestThatStsAccepts()
    {
        await using var sts = await FakeSts.StartAsync(TimeProvider.System);
        sts.Keys["ASIAX"] = ("secret", "session+token", "arn:aws:sts::123456789012:assumed-role/orders/x", "AROAX:x");
        var variables = new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = "ASIAX", ["AWS_SECRET_ACCESS_KEY"] = "secret", ["AWS_SESSION_TOKEN"] = "session+token" };
        using var source = new AwsEvidenceSource(sts.Address, "eu-west-1", variables.GetValueOrDefault, TimeProvider.System);

        var evidence = await source.GetAsync("the-challenge");

        var json = JsonNode.Parse(evidence.Payload.Span)!;
        Assert.That(json.ToJsonString(), Does.Not.Contain("\"secret\""));
        Assert.That((evidence.Attestor, (string?)json["headers"]!["x-credbroker-challenge"]), Is.EqualTo(("aws_iam", "the-challenge")));
        Assert.That((string?)json["headers"]!["authorization"], Does.Contain("/eu-west-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-credbroker-challenge, "));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, (string)json["url"]!);
        request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes((string)json["body"]!));
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded; charset=utf-8");
        foreach (var (name, value) in json["headers"]!.AsObject()) request.Headers.TryAddWithoutValidation(name, (string?)value);
        using var answer = await http.SendAsync(request);
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("assumed-role/orders/x"));
    }

    [Test]
    public async Task Certificate_Answer_IsSignedByItsKey()
    {
        var folder = Directory.CreateTempSubdirectory("proof-");
        using var root = TestX509Authority.Root(TimeProvider.System);
        var leaf = root.Issue(new TestLeaf { Subject = "CN=press-7" });
        var (certificateFile, keyFile) = (Path.Combine(folder.FullName, "c.pem"), Path.Combine(folder.FullName, "k.pem"));
        await File.WriteAllTextAsync(certificateFile, leaf.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        var evidence = await new CertificateProofEvidenceSource(certificateFile, keyFile).GetAsync("the-challenge");

        folder.Delete(recursive: true);
        var json = JsonNode.Parse(evidence.Payload.Span)!;
        Assert.That(Base64Url.DecodeFromChars((string)json["chain"]!), Is.EqualTo(leaf.RawData));
        Assert.That(
            leaf.GetECDsaPublicKey()!.VerifyData(
                Encoding.UTF8.GetBytes("credbroker x509_pop v1\nthe-challenge"), Base64Url.DecodeFromChars((string)json["signature"]!), HashAlgorithmName.SHA256),
            Is.True);
    }

    [Test]
    public async Task Certificate_FilesMissing_IsNoEvidence() => await Assert.ThrowsAsync<EvidenceUnavailableException>(
        async () => await new CertificateProofEvidenceSource("/no/such/file", "/no/such/key").GetAsync("the-challenge"));

    private sealed class Echo : IChallengedEvidenceSource
    {
        public string Attestor => "echo";

        public ValueTask<WorkloadEvidence> GetAsync(string challenge, CancellationToken cancellationToken) => ValueTask.FromResult(WorkloadEvidence.FromText("echo", challenge));
    }
}
