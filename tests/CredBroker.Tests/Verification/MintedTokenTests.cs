using System.Net;
using System.Text;
using CredBroker.Tests.Tokens;
using CredBroker.Tokens;

namespace CredBroker.Tests.Verification;

/// <summary>What the broker really mints and publishes is what the verifier really takes.</summary>
[Category("Server")]
internal sealed class MintedTokenTests : VerificationFixture
{
    [Test]
    public async Task Get_TokenOfTheMinter_AnswersUntilItsLeaseIsRevoked()
    {
        using var sample = new TokenSample();
        Broker.ClaimedIssuer = TokenSample.Issuer;
        Broker.KeySet = Encoding.UTF8.GetString(JsonWebKeySetDocument.Write(sample.Published).Span);
        var claims = TokenSample.Claims with { IssuedAt = Start, ExpiresAt = Start.AddMinutes(1) };
        var service = await StartServiceAsync(options =>
        {
            options.Issuer = TokenSample.Issuer;
            options.Audience = claims.Audience;
        });
        var token = sample.Minter.Mint(claims);

        var read = await service.GetAsync(token);
        var written = await service.GetAsync(token, "/write");
        var message = Broker.Feed.Message("c1");
        message.Revoked.Add(new CredBroker.Protocol.V1.RevokedLease { LeaseId = claims.LeaseId.Value });
        await service.FeedAsync(Broker, message, () => service.Revocations.LeaseCount == 1);
        var dead = await service.GetAsync(token);

        Assert.That(read.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(read.Body, Does.Contain($"lease_id={claims.LeaseId.Value}").And.Contain($"task_id={claims.TaskId.Value}"));
        Assert.That(written.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(dead.Challenge, Does.Contain("revoked"));
    }
}
