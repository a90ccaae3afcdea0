using System.Net;
using System.Net.Sockets;
using CredBroker.Testing.Attestation;
using Microsoft.AspNetCore.Http;

namespace CredBroker.Server.Tests.Attestation.AwsIam;

/// <summary>What STS answers, and what comes of it.</summary>
[TestFixture, Category("Server")]
public sealed class StsAnswerTests
{
    private AwsIamUnderTest _tested = null!;

    [SetUp]
    public async Task Start() => _tested = await AwsIamUnderTest.StartAsync();

    [TearDown]
    public async Task Stop() => await _tested.DisposeAsync();

    [Test]
    public async Task Role_Good_IsItsSession()
    {
        var proven = await _tested.AttestAsync(await _tested.MakeEvidenceAsync());

        Assert.That(proven.Selectors, Is.EqualTo(new[]
        {
            "aws:account:123456789012", "aws:arn:arn:aws:sts::123456789012:assumed-role/orders/i-0abc", "aws:user_id:AROAEXAMPLE:i-0abc",
            "aws:role:orders", "aws:role_id:AROAEXAMPLE", "aws:session:i-0abc",
        }));
        Assert.That(proven.EvidenceExpiry, Is.EqualTo(_tested.Time.GetUtcNow().AddSeconds(60)));
        Assert.That(_tested.Sts.Last, Is.EqualTo(("Action=GetCallerIdentity&Version=2011-06-15", "application/json")));
    }

    [Test]
    public async Task User_Good_IsTheUser()
    {
        _tested.Sts.Keys[AwsIamUnderTest.KeyId] = (AwsIamUnderTest.Secret, AwsIamUnderTest.SessionToken, "arn:aws:iam::123456789012:user/ops/alice", "AIDAEXAMPLE");

        var proven = await _tested.AttestAsync(await _tested.MakeEvidenceAsync());

        Assert.That(proven.Subject, Is.EqualTo("aws://123456789012/user/ops/alice"));
        Assert.That(proven.Selectors, Does.Contain("aws:user:alice").And.Contain("aws:user_id:AIDAEXAMPLE"));
    }

    [Test]
    public async Task Account_NotInTheSettings_IsRefused()
    {
        _tested.Sts.Keys[AwsIamUnderTest.KeyId] = (AwsIamUnderTest.Secret, AwsIamUnderTest.SessionToken, "arn:aws:sts::999999999999:assumed-role/orders/x", "AROAX:x");

        Assert.That(await _tested.FaultOf(_tested.Signed()), Does.Contain("its account is not trusted here"));
        Assert.That(_tested.Replays.Used, Is.Empty);
    }

    [Test]
    public async Task Key_Withdrawn_IsRefused()
    {
        var request = _tested.Signed();
        _tested.Sts.Keys.Clear();

        Assert.That(await _tested.FaultOf(request), Does.Contain("STS does not accept its signature"));
    }

    [Test]
    public async Task Redirect_IsNotFollowed()
    {
        using var attacker = new TcpListener(IPAddress.Loopback, 0);
        attacker.Start();
        var address = $"http://{attacker.LocalEndpoint}/";
        _tested.Sts.Answer = http =>
        {
            http.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            http.Response.Headers.Location = address;
            return Task.CompletedTask;
        };

        await ExpectUndecidedAsync();
        Assert.That(attacker.Pending(), Is.False);
        Assert.That(_tested.Sts.Asked, Is.EqualTo(2), "once, and again when it answered as it should");
    }

    [TestCase(500)]
    [TestCase(503)]
    [TestCase(429)]
    [TestCase(204)]
    public async Task Status_ThatTellsNothing_CannotTell(int status)
    {
        _tested.Sts.Answer = http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        };

        await ExpectUndecidedAsync();
    }

    [TestCase("Throttling")]
    [TestCase("ThrottlingException")]
    [TestCase("RequestLimitExceeded")]
    [TestCase("InternalFailure")]
    public async Task Status400_ThatIsNotTheCallersFault_CannotTell(string code)
    {
        _tested.Sts.Answer = http => RefuseAsync(http, code);

        await ExpectUndecidedAsync();
    }

    [Test]
    public async Task Status400_OfTheCaller_IsRefused()
    {
        _tested.Sts.Answer = http => RefuseAsync(http, "IncompleteSignature");

        Assert.That(await _tested.FaultOf(_tested.Signed()), Does.Contain("STS does not accept its signature"));
    }

    [Test]
    public async Task Asked_ByHundredsAtOnce_StsSeesOnlySoManyAndTheOthersHearThatItIsUndecided()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (atOnce, most) = (0, 0);
        _tested.Sts.Answer = async http =>
        {
            most = Math.Max(most, Interlocked.Increment(ref atOnce));
            await answer.Task;
            Interlocked.Decrement(ref atOnce);
            await RefuseAsync(http, "IncompleteSignature");
        };
        var asking = Enumerable.Range(0, 200).Select(_ => ReasonOfAsync()).ToList();
        await CredBroker.Testing.Verification.Eventually.IsTrueAsync(() => asking.Count(one => one.IsCompleted) == 200 - 64, "the others have heard");

        answer.SetResult();

        Assert.That((await Task.WhenAll(asking)).Count(reason => reason == ErrorReason.VerifierUnavailable), Is.EqualTo(200 - 64));
        Assert.That(most, Is.LessThanOrEqualTo(32));

        async Task<ErrorReason> ReasonOfAsync() => (await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(AwsIamUnderTest.EvidenceOf(_tested.Signed()))))!.Reason;
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("<GetCallerIdentityResponse/>")]
    [TestCase("[]")]
    [TestCase("{\"GetCallerIdentityResponse\":{\"GetCallerIdentityResult\":7}}")]
    public async Task Answer_NoCallerIdentity_CannotTell(string text)
    {
        _tested.Sts.Answer = http => http.Response.WriteAsync(text);

        await ExpectUndecidedAsync();
    }

    [TestCase("arn:aws:sts::123456789012:assumed-role/orders/x", "AROAX:x", "999999999999")]
    [TestCase("arn:aws:sts::123456789012:assumed-role/orders/x\n", "AROAX:x", "123456789012")]
    [TestCase("arn:aws:s3:::bucket", "AROAX:x", "123456789012")]
    [TestCase("arn:aws:sts::123456789012:assumed-role/../x y", "AROAX:x", "123456789012")]
    [TestCase("arn:aws:sts::123456789012:assumed-role/orders/x", "", "123456789012")]
    [TestCase("arn:aws:sts::123456789012:assumed-role/orders/x", "A B", "123456789012")]
    public async Task Answer_ThatDoesNotFitTogether_CannotTell(string arn, string userId, string account)
    {
        _tested.Sts.Answer = http => http.Response.WriteAsync(FakeSts.IdentityOf(arn, userId, account).ToJsonString());

        await ExpectUndecidedAsync();
    }

    [Test]
    public async Task Answer_Huge_CannotTell()
    {
        _tested.Sts.Answer = http => http.Response.WriteAsync(new string(' ', (1024 * 1024) + 1));

        await ExpectUndecidedAsync();
    }

    private static Task RefuseAsync(HttpContext http, string code)
    {
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        return http.Response.WriteAsync($$"""{"Error":{"Code":"{{code}}","Message":"no","Type":"Sender"},"RequestId":"1"}""");
    }

    private async Task ExpectUndecidedAsync()
    {
        var evidence = await _tested.MakeEvidenceAsync();

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(evidence));

        Assert.That((refused!.Reason, refused.Message), Is.EqualTo(
            (ErrorReason.VerifierUnavailable, "The signed STS request cannot be verified now: STS does not answer as it should.")));
        Assert.That(_tested.Replays.Used, Is.Empty);
        // What was not decided is not used up.
        _tested.Sts.Answer = null;
        await _tested.AttestAsync(evidence);
    }
}
