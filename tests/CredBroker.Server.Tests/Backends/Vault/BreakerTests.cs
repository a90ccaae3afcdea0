using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Vault.Faults;
using CredBroker.Testing.Verification;
using Grpc.Core;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>A Vault that fails again and again is left alone for a while; one mount that does, without the others.</summary>
[TestFixture, Category("Server")]
internal sealed class BreakerTests : VaultFixture
{
    [Test]
    public async Task Mount_FailsAgainAndAgain_LeftAloneAndTheOthersGoOn()
    {
        var task = await OpenAsync();
        using var fault = Vault.Faults.Add(VaultFault.Status("database/creds/*", 503));

        await Eventually.IsTrueAsync(async () => await IsLeftAloneAsync(task, fault), "the mount is left alone");

        Assert.That((await task.IssueAsync(VaultCatalogue.Messages)).Credential.Secret.Values, Is.Not.Empty);
        fault.Lift();
        await Eventually.IsTrueAsync(() => task.CanIssueAsync(), "it is asked again");
    }

    protected override Task PrepareAsync()
    {
        Bench.Set(0, "FailuresBeforeBreak", "3");
        Bench.Set(0, "BreakFor", "00:00:02");
        return Task.CompletedTask;
    }

    /// <summary>Refused as before, and Vault was not asked.</summary>
    private static async Task<bool> IsLeftAloneAsync(OpenedTask task, VaultFault fault)
    {
        var before = fault.Hits;
        var refusal = await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));
        Assert.That(Refused.RetryOf(refusal), Is.GreaterThan(TimeSpan.Zero));
        return fault.Hits == before;
    }
}
