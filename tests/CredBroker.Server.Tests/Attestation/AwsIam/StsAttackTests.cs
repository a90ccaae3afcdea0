using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace CredBroker.Server.Tests.Attestation.AwsIam;

/// <summary>Requests that are truly signed, and would have the broker ask somebody else, ask something else, or answer for somebody else.</summary>
[TestFixture, Category("Server")]
public sealed class StsAttackTests
{
    private const string NotEndpoint = "its address is no STS endpoint that is asked here";
    private const string NotBody = "its body is not that of GetCallerIdentity";
    private const string NotSent = "it holds a header that is not sent";

    private AwsIamUnderTest _tested = null!;

    [SetUp]
    public async Task Start() => _tested = await AwsIamUnderTest.StartAsync();

    [TearDown]
    public async Task Stop() => await _tested.DisposeAsync();

    [Test]
    public async Task Address_OfTheAttacker_IsNeverAsked()
    {
        using var attacker = new TcpListener(IPAddress.Loopback, 0);
        attacker.Start();
        var request = _tested.Signed();
        request["url"] = $"http://{attacker.LocalEndpoint}/";

        Assert.That(await _tested.FaultOf(request), Does.Contain(NotEndpoint));
        Assert.That(attacker.Pending(), Is.False);
    }

    [TestCase("https://sts.amazonaws.com.evil.test/")]
    [TestCase("https://sts.amazonaws.com@evil.test/")]
    [TestCase("https://sts-amazonaws.com/")]
    [TestCase("https://sts.amazonaws.co/")]
    [TestCase("https://STS.amazonaws.com/")]
    [TestCase("http://sts.amazonaws.com/")]
    [TestCase("https://sts.amazonaws.com:444/")]
    [TestCase("https://sts.amazonaws.com/evil")]
    [TestCase("https://sts.amazonaws.com/?Action=GetSessionToken")]
    [TestCase("https://sts.amazonaws.com/#x")]
    [TestCase("https://sts.amazonaws.com\\@evil.test/")]
    [TestCase("https://st\u0455.amazonaws.com/")]
    [TestCase("")]
    public async Task Address_LooksAlmostRight_IsRefusedUnasked(string address)
    {
        var request = _tested.Signed();
        request["url"] = address;

        Assert.That(await _tested.FaultOf(request), Does.Contain(NotEndpoint));
        Assert.That(_tested.Sts.Asked, Is.Zero);
    }

    [TestCase("{0}")]
    [TestCase("{0}//")]
    [TestCase("{0}/x")]
    [TestCase("{0}/?x")]
    [TestCase(" {0}/")]
    [TestCase("{0}/\n")]
    public async Task Address_OfTheEndpointInAnotherForm_IsRefusedUnasked(string form)
    {
        var request = _tested.Signed();
        request["url"] = string.Format(null, form, _tested.Sts.Address);

        Assert.That(await _tested.FaultOf(request), Does.Contain(NotEndpoint));
        Assert.That(_tested.Sts.Asked, Is.Zero);
    }

    [TestCase("Action=GetCallerIdentity&Version=2011-06-15&Action=GetSessionToken")]
    [TestCase("Action=GetCallerIdentity&Action=GetCallerIdentity&Version=2011-06-15")]
    [TestCase("Action=GetSessionToken&Version=2011-06-15")]
    [TestCase("Version=2011-06-15&Action=GetCallerIdentity")]
    [TestCase("Action=GetCallerIdentity&Version=2011-06-15&")]
    [TestCase("Action=GetCallerIdentity&Version=2011-06-15\n")]
    [TestCase("action=GetCallerIdentity&Version=2011-06-15")]
    [TestCase("Action=GetCallerIdentit%79&Version=2011-06-15")]
    [TestCase("")]
    public async Task Body_AnyOther_IsRefusedUnasked(string body)
    {
        Assert.That(await _tested.FaultOf(_tested.Signed(body)), Does.Contain(NotBody));
        Assert.That(_tested.Sts.Asked, Is.Zero);
    }

    [Test]
    public async Task Challenge_NotSigned_IsRefusedUnasked()
    {
        Assert.That(await _tested.FaultOf(_tested.Signed(leaveOut: "x-credbroker-challenge")), Does.Contain("its challenge is not among what is signed"));
        Assert.That(_tested.Sts.Asked, Is.Zero);
    }

    [Test]
    public async Task Challenge_ExchangedAfterSigning_IsNotAcceptedBySts()
    {
        var request = _tested.Signed();
        request["headers"]!["x-credbroker-challenge"] = _tested.Challenges.New("aws_iam", "").Text;

        Assert.That(await _tested.FaultOf(request), Does.Contain("STS does not accept its signature"));
        Assert.That(_tested.Replays.Used, Is.Empty);
    }

    [Test]
    public async Task Challenge_OfAnotherAttestorOrMadeUp_IsRefusedUnasked()
    {
        foreach (var challenge in new[] { _tested.Challenges.New("x509_pop", "").Text, _tested.Challenges.New("aws_iam", new string('k', 43)).Text, "made-up" })
            await ExpectReasonAsync(ErrorReason.ChallengeInvalid, _tested.Signed(challenge: challenge));
        Assert.That(_tested.Sts.Asked, Is.Zero);
    }

    [TestCase(59, true)]
    [TestCase(60, false)]
    public async Task Challenge_OlderThanAMinute_IsRefused(int seconds, bool accepted)
    {
        var request = _tested.Signed();
        _tested.Time.Advance(TimeSpan.FromSeconds(seconds));

        if (accepted) await _tested.AttestAsync(AwsIamUnderTest.EvidenceOf(request));
        else await ExpectReasonAsync(ErrorReason.ChallengeInvalid, request);
    }

    [TestCase("x-amz-date")]
    [TestCase("x-amz-security-token")]
    public async Task Header_SentAndNotSigned_IsRefusedUnasked(string name)
    {
        Assert.That(await _tested.FaultOf(_tested.Signed(leaveOut: name)), Does.Contain("its signature is not over the headers that are sent"));
        Assert.That(_tested.Sts.Asked, Is.Zero);
    }

    [TestCase("host")]
    [TestCase("Host")]
    [TestCase("content-type")]
    [TestCase("transfer-encoding")]
    [TestCase("x-amz-target")]
    [TestCase("X-Amz-Date")]
    [TestCase("accept")]
    public async Task Header_MoreThanIsNeeded_IsRefusedUnasked(string name)
    {
        var request = _tested.Signed();
        request["headers"]![name] = "x";

        Assert.That(await _tested.FaultOf(request), Does.Contain(NotSent));
        Assert.That(_tested.Sts.Asked, Is.Zero);
    }

    [TestCase("x\r\nhost: evil.test")]
    [TestCase(" x")]
    [TestCase("")]
    [TestCase("\u0000")]
    [TestCase("é")]
    public async Task Header_ThatIsMoreThanOneLine_IsRefusedUnasked(string value)
    {
        var request = _tested.Signed();
        request["headers"]!["x-amz-security-token"] = value;

        Assert.That(await _tested.FaultOf(request), Does.Contain("a header of it is not plain ASCII text"));
        Assert.That(_tested.Sts.Asked, Is.Zero);
    }

    [TestCase("Bearer x")]
    [TestCase("AWS4-HMAC-SHA256 Credential=A/20260301/us-east-1/s3/aws4_request, SignedHeaders=host;x-credbroker-challenge, Signature=")]
    [TestCase("AWS4-ECDSA-P256-SHA256 Credential=A/20260301/sts/aws4_request, SignedHeaders=host, Signature=00")]
    public async Task Authorization_OfAnotherKind_IsRefusedUnasked(string value)
    {
        var request = _tested.Signed();
        request["headers"]!["authorization"] = value;

        Assert.That(await _tested.FaultOf(request), Does.Contain("it is not signed for STS as AWS signs"));
        Assert.That(_tested.Sts.Asked, Is.Zero);
    }

    [Test]
    public async Task Authorization_ForAnotherService_IsRefusedUnasked()
    {
        Assert.That(await _tested.FaultOf(_tested.Signed(service: "iam")), Does.Contain("it is not signed for STS as AWS signs"));
        Assert.That(_tested.Sts.Asked, Is.Zero);
    }

    [Test]
    public async Task Form_DuplicateOrUnknownMembers_AreRefused()
    {
        var good = _tested.Signed().ToJsonString();

        foreach (var json in new[] { good[..^1] + ",\"body\":\"x\"}", good[..^1] + ",\"method\":\"GET\"}", good.Replace("\"x-amz-date\"", "\"x-amz-date\":\"x\",\"x-amz-date\"", StringComparison.Ordinal) })
            await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(AwsIamUnderTest.EvidenceOf(json)));
        Assert.That(_tested.Sts.Asked, Is.Zero);
    }

    private async Task ExpectReasonAsync(ErrorReason reason, JsonObject request)
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(AwsIamUnderTest.EvidenceOf(request)));
        Assert.That(refused!.Reason, Is.EqualTo(reason), refused.Message);
    }
}
