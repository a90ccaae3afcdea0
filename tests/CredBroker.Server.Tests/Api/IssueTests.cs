using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Api;

[TestFixture, Category("Server")]
internal sealed class IssueTests : ServerFixture
{
    [Test]
    public async Task Issue_Token_VerifiesAgainstThePublishedKeysAndSaysWhatTheLeaseSays()
    {
        var workload = BrokerCalls.SomeAgent();
        var opened = await Calls.OpenAsync(workload);

        var issued = await opened.IssueAsync(new IssueRequest { Template = "orders-api", Capabilities = { Capability.Read, Capability.Write } });

        var credential = issued.Credential.AccessToken;
        var token = await VerifyAsync(credential.Value, credential.Audience);
        Assert.Multiple(() =>
        {
            Assert.That(issued.Lease.State, Is.EqualTo(LeaseState.Active));
            Assert.That(issued.Lease.TaskId, Is.EqualTo(opened.Id));
            Assert.That(issued.Lease.Capabilities, Is.EqualTo(new[] { Capability.Read, Capability.Write }));
            Assert.That(issued.Lease.Sensitivity, Is.EqualTo(V1.Sensitivity.Internal));
            Assert.That(issued.Lease.ExpiresAt - issued.Lease.IssuedAt, Is.EqualTo(Duration.FromTimeSpan(TimeSpan.FromMinutes(2))));
            Assert.That(issued.Lease.MaxExpiresAt - issued.Lease.IssuedAt, Is.EqualTo(Duration.FromTimeSpan(TimeSpan.FromMinutes(10))));
            Assert.That(credential.TokenType, Is.EqualTo("Bearer"));
            Assert.That(credential.Audience, Is.EqualTo(BrokerCatalogue.OrdersAudience));
            Assert.That(credential.Scope, Is.EqualTo("orders:read orders:write"));
            Assert.That(issued.Credential.ExpiresAt, Is.EqualTo(issued.Lease.ExpiresAt));
            Assert.That(token.Subject, Is.EqualTo($"spiffe://acme.test/{workload}"));
            Assert.That(token.GetClaim("scope").Value, Is.EqualTo("orders:read orders:write"));
            Assert.That(token.ValidTo, Is.EqualTo(issued.Lease.ExpiresAt.ToDateTime()).Within(TimeSpan.FromSeconds(1)));
            Assert.That(token.ValidTo, Is.LessThanOrEqualTo(issued.Lease.ExpiresAt.ToDateTime()));
        });
    }

    [Test]
    public async Task Issue_NoCapability_IsRead()
    {
        var issued = await (await Calls.OpenAsync()).IssueAsync();

        Assert.That(issued.Lease.Capabilities, Is.EqualTo(new[] { Capability.Read }));
        Assert.That(issued.Credential.AccessToken.Scope, Is.EqualTo("orders:read"));
    }

    [TestCase(60, 60), TestCase(86_400, 600)]
    public async Task Issue_Ttl_GrantedUpToTheTemplatesMaximum(int asked, int granted)
    {
        var issued = await (await Calls.OpenAsync()).IssueAsync(ttl: TimeSpan.FromSeconds(asked));

        Assert.That(issued.Lease.ExpiresAt - issued.Lease.IssuedAt, Is.EqualTo(Duration.FromTimeSpan(TimeSpan.FromSeconds(granted))));
    }

    [Test]
    public async Task Lease_LeftAlone_DiesAtItsTtl()
    {
        var opened = await Calls.OpenAsync();
        var lease = (await opened.IssueAsync("orders-brief", TimeSpan.FromSeconds(1))).Lease.Id;

        await opened.UntilLeaseAsync(lease, LeaseState.Revoked);

        Assert.That((await opened.GetLeaseAsync(lease)).EndReason, Is.EqualTo(V1.EndReason.Expired));
        Assert.That((await opened.ReadAsync()).State, Is.EqualTo(TaskState.Open));
    }

    [Test]
    public async Task Renew_ActiveLease_SameLeaseNewTokenLaterEnd()
    {
        var opened = await Calls.OpenAsync();
        var issued = await opened.IssueAsync(ttl: TimeSpan.FromSeconds(30));

        var renewed = await RenewAsync(opened, issued.Lease.Id, TimeSpan.FromMinutes(5));

        var before = await VerifyAsync(issued.Credential.AccessToken.Value, BrokerCatalogue.OrdersAudience);
        var after = await VerifyAsync(renewed.Credential.AccessToken.Value, BrokerCatalogue.OrdersAudience);
        Assert.Multiple(() =>
        {
            Assert.That(renewed.Lease.Id, Is.EqualTo(issued.Lease.Id));
            Assert.That(renewed.Lease.ExpiresAt, Is.GreaterThan(issued.Lease.ExpiresAt));
            Assert.That(renewed.Lease.MaxExpiresAt, Is.EqualTo(issued.Lease.MaxExpiresAt));
            Assert.That(after.Id, Is.Not.EqualTo(before.Id));
            Assert.That(after.ValidTo, Is.GreaterThan(before.ValidTo));
        });
    }

    [Test]
    public async Task Renew_AtTheMaximum_MaxTtlReached()
    {
        var opened = await Calls.OpenAsync();
        var issued = await opened.IssueAsync(ttl: TimeSpan.FromMinutes(10));

        await Refused.WithAsync(StatusCode.FailedPrecondition, "MAX_TTL_REACHED", () => RenewAsync(opened, issued.Lease.Id));
    }

    [Test]
    public async Task Renew_AskedForMore_NeverPastTheMaximum()
    {
        var opened = await Calls.OpenAsync();
        var issued = await opened.IssueAsync();

        var renewed = await RenewAsync(opened, issued.Lease.Id, TimeSpan.FromHours(24));

        Assert.That(renewed.Lease.ExpiresAt, Is.EqualTo(issued.Lease.MaxExpiresAt));
    }

    [Test]
    public async Task Renew_NotRenewable_Refused()
    {
        var opened = await Calls.OpenAsync();
        var issued = await opened.IssueAsync("orders-once");

        await Refused.WithAsync(StatusCode.FailedPrecondition, "LEASE_NOT_RENEWABLE", () => RenewAsync(opened, issued.Lease.Id));
    }

    [Test]
    public async Task Release_Lease_RevokedAtOnceAndAgainChangesNothing()
    {
        var opened = await Calls.OpenAsync();
        var lease = (await opened.IssueAsync()).Lease.Id;

        var first = await ReleaseAsync(opened, lease);
        var second = await ReleaseAsync(opened, lease);

        Assert.That((first.State, first.EndReason), Is.EqualTo((LeaseState.Revoked, V1.EndReason.Released)));
        Assert.That(second, Is.EqualTo(first));
    }

    [Test]
    public async Task Issue_SameIdempotencyKey_SameLeaseSameTokenId()
    {
        var opened = await Calls.OpenAsync();
        var first = await opened.IssueAsync(key: "attempt-1");

        var second = await opened.IssueAsync(key: "attempt-1");

        Assert.That(second.Lease, Is.EqualTo(first.Lease));
        Assert.That(
            (await VerifyAsync(second.Credential.AccessToken.Value, BrokerCatalogue.OrdersAudience)).EncodedPayload,
            Is.EqualTo((await VerifyAsync(first.Credential.AccessToken.Value, BrokerCatalogue.OrdersAudience)).EncodedPayload));
        Assert.That(await opened.ListLeasesAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Issue_SameKeyOtherRequest_IdempotencyConflict()
    {
        var opened = await Calls.OpenAsync();
        var first = await opened.IssueAsync(key: "attempt-1");

        var refusal = await Refused.WithAsync(
            StatusCode.AlreadyExists, "IDEMPOTENCY_CONFLICT", () => opened.IssueAsync(ttl: TimeSpan.FromSeconds(5), key: "attempt-1"));

        Assert.That(Refused.MetadataOf(refusal, "lease_id"), Is.EqualTo(first.Lease.Id));
    }

    [Test]
    public async Task Issue_SameKeyLeaseReleased_ConflictAndNothingSignedAgain()
    {
        var opened = await Calls.OpenAsync();
        var first = await opened.IssueAsync(key: "attempt-1");
        await ReleaseAsync(opened, first.Lease.Id);

        var refusal = await Refused.WithAsync(StatusCode.AlreadyExists, "IDEMPOTENCY_CONFLICT", () => opened.IssueAsync(key: "attempt-1"));

        Assert.That(refusal.Status.Detail, Does.Contain("revoked"));
    }

    [Test]
    public async Task Issue_SameKeyOfAnotherTask_ALeaseOfItsOwn()
    {
        var first = await (await Calls.OpenAsync()).IssueAsync(key: "attempt-1");

        var second = await (await Calls.OpenAsync()).IssueAsync(key: "attempt-1");

        Assert.That(second.Lease.Id, Is.Not.EqualTo(first.Lease.Id));
    }

    [Test]
    public async Task Issue_PerTaskLimit_RefusedUntilOneIsGivenBack()
    {
        var opened = await Calls.OpenAsync();
        var first = (await opened.IssueAsync("orders-once")).Lease.Id;

        await Refused.WithAsync(StatusCode.ResourceExhausted, "QUOTA_EXCEEDED", () => opened.IssueAsync("orders-once"));
        await ReleaseAsync(opened, first);

        Assert.That((await opened.IssueAsync("orders-once")).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task Issue_PerWorkloadLimit_CountsOverAllTasksOfTheWorkload()
    {
        var workload = BrokerCalls.SomeAgent();
        var first = await Calls.OpenAsync(workload);
        var second = await Calls.OpenAsync(workload);
        await first.IssueAsync("orders-scarce");

        await Refused.WithAsync(StatusCode.ResourceExhausted, "QUOTA_EXCEEDED", () => second.IssueAsync("orders-scarce"));
        await first.EndAsync();

        Assert.That((await second.IssueAsync("orders-scarce")).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task Issue_RetriedAtThePerWorkloadLimit_StillTheSameLease()
    {
        var opened = await Calls.OpenAsync();
        var first = await opened.IssueAsync("orders-scarce", key: "attempt-1");

        var second = await opened.IssueAsync("orders-scarce", key: "attempt-1");

        Assert.That(second.Lease.Id, Is.EqualTo(first.Lease.Id));
        await Refused.WithAsync(StatusCode.ResourceExhausted, "QUOTA_EXCEEDED", () => opened.IssueAsync("orders-scarce", key: "attempt-2"));
    }

    private async Task<JsonWebToken> VerifyAsync(string token, string audience)
    {
        var keys = new JsonWebKeySet(await Calls.Http.GetStringAsync("/.well-known/jwks.json"));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Calls.Http.BaseAddress!.ToString().TrimEnd('/'),
            ValidAudience = audience,
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = ["ES256"],
            IssuerSigningKeys = keys.GetSigningKeys(),
            ClockSkew = TimeSpan.Zero,
        });
        Assert.That(result.IsValid, Is.True, result.Exception?.GetType().Name);
        return (JsonWebToken)result.SecurityToken;
    }

    private static async Task<RenewResponse> RenewAsync(OpenedTask opened, string lease, TimeSpan? ttl = null) => await opened.Calls.Credentials.RenewAsync(
        new RenewRequest { LeaseId = lease, Ttl = ttl is { } wanted ? Duration.FromTimeSpan(wanted) : null }, opened.Auth);

    private static async Task<Lease> ReleaseAsync(OpenedTask opened, string lease) =>
        (await opened.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = lease }, opened.Auth)).Lease;
}
