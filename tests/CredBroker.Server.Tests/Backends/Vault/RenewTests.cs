using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Faults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>A renewed lease lives as long at Vault, and never longer by record than there.</summary>
[TestFixture, Category("Server")]
internal sealed class RenewTests : VaultFixture
{
    [Test]
    public async Task Renew_Dynamic_TokenAndLeaseOfVaultLiveAsLong()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);

        var renewed = await RenewAsync(task, issued, TimeSpan.FromMinutes(5));

        var end = renewed.Lease.ExpiresAt.ToDateTimeOffset();
        Assert.That(renewed.Credential, Is.Null, "the old one simply lives on");
        Assert.That(end, Is.EqualTo(issued.Lease.IssuedAt.ToDateTimeOffset() + TimeSpan.FromMinutes(5)).Within(TimeSpan.FromSeconds(5)));
        Assert.That(TokenOf(issued).ExpiresAt, Is.GreaterThanOrEqualTo(end - TimeSpan.FromSeconds(2)));
        Assert.That(Admits(issued), Is.True);
    }

    [Test]
    public async Task Renew_BeyondTheLeasesMaximum_HeldThereAtVaultToo()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);

        var renewed = await RenewAsync(task, issued, TimeSpan.FromHours(4));

        Assert.That(renewed.Lease.ExpiresAt, Is.LessThanOrEqualTo(issued.Lease.MaxExpiresAt));
        Assert.That(TokenOf(issued).ExpiresAt, Is.LessThanOrEqualTo(issued.Lease.MaxExpiresAt.ToDateTimeOffset() + TimeSpan.FromSeconds(2)));
    }

    [Test]
    public async Task Renew_VaultGrantsLess_TheLeaseIsAsShort()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Capped);

        var refusalOrShort = await CatchAsync(() => RenewAsync(task, issued, TimeSpan.FromMinutes(5)));

        var lease = await task.GetLeaseAsync(issued.Lease.Id);
        Assert.That(refusalOrShort is null or { StatusCode: StatusCode.FailedPrecondition }, Is.True, refusalOrShort?.Status.Detail);
        Assert.That(lease.ExpiresAt.ToDateTimeOffset(), Is.LessThanOrEqualTo(issued.Lease.IssuedAt.ToDateTimeOffset() + TimeSpan.FromSeconds(6)));
    }

    [Test]
    public async Task Renew_VaultAway_RefusedAndTheLeaseStaysAsItWas()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);
        Vault.Faults.Add(VaultFault.Status(VaultPath.Everything, 503));

        var refusal = await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => RenewAsync(task, issued, TimeSpan.FromMinutes(5)));

        Assert.That(Refused.RetryOf(refusal), Is.GreaterThan(TimeSpan.Zero));
        var lease = await task.GetLeaseAsync(issued.Lease.Id);
        Assert.That((lease.State, lease.ExpiresAt), Is.EqualTo((LeaseState.Active, issued.Lease.ExpiresAt)));
    }

    [Test]
    public async Task Renew_RevokedAtVaultByAnOperator_NotRenewable()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);
        await Bench.Root.PutAsync("auth/token/revoke-accessor", new { accessor = TokenOf(issued).Accessor });

        await Refused.WithAsync(StatusCode.FailedPrecondition, "LEASE_NOT_RENEWABLE", () => RenewAsync(task, issued, TimeSpan.FromMinutes(5)));
    }

    [TestCase(VaultCatalogue.Certificate), TestCase(VaultCatalogue.Ssh), TestCase(VaultCatalogue.Lean)]
    public async Task Renew_WhatCannotLiveLonger_NotRenewable(string template)
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(template);

        await Refused.WithAsync(StatusCode.FailedPrecondition, "LEASE_NOT_RENEWABLE", () => RenewAsync(task, issued, TimeSpan.FromMinutes(1)));
    }

    private VaultTokenView TokenOf(IssueResponse.Types.Issued issued) => Bench.ChildTokens.Single(token => token.Meta["credbroker_lease"] == issued.Lease.Id);

    private static async Task<RenewResponse> RenewAsync(OpenedTask task, IssueResponse.Types.Issued issued, TimeSpan ttl) =>
        await task.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = issued.Lease.Id, Ttl = Duration.FromTimeSpan(ttl) }, task.Auth);

    private static async Task<RpcException?> CatchAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (RpcException refusal)
        {
            return refusal;
        }
    }
}
