using CredBroker.Attestation;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Server.Tests.Attestation;

[TestFixture, Category("Server")]
public sealed class GetChallengeTests
{
    private const string Thumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

    private OperatedBroker _broker = null!;

    [OneTimeSetUp]
    public async Task Start() => _broker = await OperatedBroker.StartAsync(("Attestation:Limits:PerSubject", "1"), ("Attestation:Limits:PerSubjectBurst", "3"));

    [OneTimeTearDown]
    public async Task Stop() => await _broker.DisposeAsync();

    [Test]
    public async Task GetChallenge_OfAnAttestor_IsGoodForItsKeyAlone()
    {
        var answer = await AskAsync("spiffe_jwt", Thumbprint);

        var challenges = _broker.Services.GetRequiredService<Challenges>();
        Assert.That(challenges.Check(answer.Challenge, "spiffe_jwt", Thumbprint).ExpiresAt, Is.EqualTo(answer.ExpiresAt.ToDateTimeOffset()));
        var refused = Assert.Throws<RefusedException>(() => challenges.Check(answer.Challenge, "spiffe_jwt", ""));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.ChallengeInvalid));
    }

    [Test]
    public async Task GetChallenge_ByJson_AnswersToo()
    {
        using var answer = await _broker.Http.PostAsync(new Uri("/v1/attestation/challenges", UriKind.Relative), new StringContent("""{"attestor":"oidc"}""", null, "application/json"));

        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("\"challenge\"").And.Contain("\"expiresAt\""));
    }

    [TestCase("", "", "attestor")]
    [TestCase("SPIFFE_JWT", "", "attestor")]
    [TestCase("spiffe_jwt", "short", "key_thumbprint")]
    [TestCase("spiffe_jwt", Thumbprint + "A", "key_thumbprint")]
    [TestCase("spiffe_jwt", "NzbLsXh8uDCcd-6MNwXF4W/7noWXFZAfHkxZsRGC9Xs", "key_thumbprint")]
    public async Task GetChallenge_WrongRequest_IsRefused(string attestor, string thumbprint, string field)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => AskAsync(attestor, thumbprint));

        var status = refused!.GetRpcStatus()!;
        Assert.That(status.GetDetail<ErrorInfo>().Reason, Is.EqualTo("INVALID_REQUEST"));
        Assert.That(status.GetDetail<BadRequest>().FieldViolations.Single().Field, Is.EqualTo(field));
    }

    [Test]
    public async Task GetChallenge_TooOftenForOneKey_IsRefusedForThatKey()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                await AskAsync("kubernetes", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
                return "";
            }
            catch (RpcException refused)
            {
                return refused.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason;
            }
        }));

        Assert.That(outcomes, Does.Contain("RATE_LIMITED").And.Contain(""));
        await AskAsync("kubernetes", "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    }

    private async Task<GetChallengeResponse> AskAsync(string attestor, string thumbprint) =>
        await _broker.Attestation.GetChallengeAsync(new GetChallengeRequest { Attestor = attestor, KeyThumbprint = thumbprint });
}
