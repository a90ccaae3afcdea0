using System.Net;
using CredBroker.Server.Tests.Backends.Vault.Contract.Forms;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault.Contract;

/// <summary>
/// What the broker counts on at Vault, held against the double and against a real one. What is set up has names of its own, so
/// that a Vault can be shared.
/// </summary>
[Category("Store")]
public abstract class VaultContract(VaultForm form)
{
    /// <summary>Role of the mount that <see cref="MountLeasedAsync"/> makes.</summary>
    protected const string Leased = "leased";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    internal IVaultUnderTest Vault { get; private set; } = null!;

    internal VaultClient Root => Vault.Root;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        if (form.ReasonToSkip is { } reason) Assert.Ignore(reason);
        Vault = await form.GetAsync();
    }

    /// <summary>A name that nobody has used.</summary>
    protected static string NewName(string kind) => $"{kind}-{Guid.NewGuid().ToString("n")[..10]}";

    /// <summary>Mounts an engine whose secrets have leases and need nothing outside of Vault: certificates.</summary>
    internal async Task<string> MountLeasedAsync(VaultClient? client = null, string ttl = "1h")
    {
        client ??= Root;
        var mount = NewName("pki");
        await client.PutAsync($"sys/mounts/{mount}", new { type = "pki" });
        await client.PutAsync($"{mount}/root/generate/internal", new { common_name = "acme.test", ttl = "700h" });
        await client.PutAsync($"{mount}/roles/{Leased}", new { allow_any_name = true, enforce_hostnames = false, generate_lease = true, key_type = "ec", key_bits = 256, ttl });
        return mount;
    }

    /// <summary>A policy that lets its holder ask the engine that was mounted.</summary>
    internal async Task<string> AllowAsync(string mount, VaultClient? client = null)
    {
        var policy = NewName("policy");
        await PutPolicyAsync(policy, $$"""path "{{mount}}/*" { capabilities = ["create", "read", "update"] }""", client);
        return policy;
    }

    internal async Task PutPolicyAsync(string name, string policy, VaultClient? client = null) => await (client ?? Root).PutAsync($"sys/policies/acl/{name}", new { policy });

    /// <summary>A token role for orphans of one policy, as the broker has one.</summary>
    internal async Task<string> MakeTokenRoleAsync(string policy, string explicitMax = "0", VaultClient? client = null)
    {
        var role = NewName("role");
        await (client ?? Root).PutAsync($"auth/token/roles/{role}", new { orphan = true, renewable = true, allowed_policies = policy, token_explicit_max_ttl = explicitMax });
        return role;
    }

    /// <summary>A child token as the broker makes one for each lease.</summary>
    internal Task<VaultAnswer> MakeChildAsync(string role, string ttl = "10m", VaultClient? client = null) => (client ?? Root).PutAsync(
        $"auth/token/create/{role}", new { ttl, no_default_policy = true, meta = new { credbroker_lease = "lse_contract" } });

    internal Task<VaultAnswer> AskLeasedAsync(string mount, string token, VaultClient? client = null) =>
        (client ?? Root).As(token).PostAsync($"{mount}/issue/{Leased}", new { common_name = "agent.acme.test" });

    /// <summary>Whether a lease is known to Vault.</summary>
    internal async Task<bool> KnowsLeaseAsync(string lease, VaultClient? client = null)
    {
        var answer = await (client ?? Root).PostAsync("sys/leases/lookup", new { lease_id = lease });
        if (!answer.IsDone) AssertError(answer, HttpStatusCode.BadRequest, "invalid lease");
        return answer.IsDone;
    }

    /// <summary>Whether Vault's engine has really undone a certificate.</summary>
    internal async Task<bool> IsRevokedAsync(string mount, VaultAnswer issued) =>
        (long?)(await Root.GetAsync($"{mount}/cert/{(string?)issued.Data["serial_number"]}")).Required().Data["revocation_time"] > 0;

    internal Task<VaultAnswer> RevokeAccessorAsync(string accessor, VaultClient? client = null) => (client ?? Root).PostAsync("auth/token/revoke-accessor", new { accessor });

    internal Task<VaultAnswer> RevokeLeaseAsync(string lease, bool sync = true, VaultClient? client = null) => (client ?? Root).PostAsync("sys/leases/revoke", new { lease_id = lease, sync });

    internal static void AssertError(VaultAnswer answer, HttpStatusCode status, string? part = null)
    {
        Assert.That(answer.Status, Is.EqualTo((int)status), answer.ToString());
        if (part is not null) Assert.That(string.Join('\n', answer.Errors), Does.Contain(part));
    }

    /// <summary>A bounded wait on a condition, in which time passes.</summary>
    internal async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience) Assert.Fail($"It did not come about: {what}.");
            await Vault.PassAsync(Step);
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
