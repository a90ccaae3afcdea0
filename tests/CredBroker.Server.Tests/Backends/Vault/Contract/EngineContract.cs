using System.Net;
using CredBroker.Server.Tests.Backends.Vault.Contract.Forms;

namespace CredBroker.Server.Tests.Backends.Vault.Contract;

/// <summary>What engines answer with that need nothing outside of Vault.</summary>
[TestFixtureSource(typeof(VaultForms), nameof(VaultForms.All))]
public sealed class EngineContract(VaultForm form) : VaultContract(form)
{
    private const string PublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    [Test]
    public async Task Certificate_OfARoleWithoutLeases_HasNoneAndIsRevocableBySerial()
    {
        var mount = await MountLeasedAsync();
        await Root.PutAsync($"{mount}/roles/plain", new { allow_any_name = true, enforce_hostnames = false, key_type = "ec", key_bits = 256, ttl = "1h" });

        var issued = await Root.PutAsync($"{mount}/issue/plain", new { common_name = "agent.acme.test", ttl = "10m" });

        Assert.That(issued.LeaseId, Is.Empty);
        foreach (var field in new[] { "certificate", "issuing_ca", "private_key", "private_key_type", "serial_number" }) Assert.That((string?)issued.Data[field], Is.Not.Empty, field);
        Assert.That((long?)issued.Data["expiration"], Is.EqualTo(Vault.Now.AddMinutes(10).ToUnixTimeSeconds()).Within(5));
        await Root.PutAsync($"{mount}/revoke", new { serial_number = (string?)issued.Data["serial_number"] });
        Assert.That(await IsRevokedAsync(mount, issued), Is.True);
    }

    [Test]
    public async Task Certificate_NameThatTheRoleDoesNotAllow_BadRequest()
    {
        var mount = await MountLeasedAsync();
        await Root.PutAsync($"{mount}/roles/narrow", new { allowed_domains = "acme.test", allow_subdomains = true, key_type = "ec", key_bits = 256 });

        AssertError(await Root.PostAsync($"{mount}/issue/narrow", new { common_name = "evil.test" }), HttpStatusCode.BadRequest, "not allowed by this role");
    }

    [Test]
    public async Task SshKey_Signed_HasNoLease()
    {
        var mount = NewName("ssh");
        await Root.PutAsync($"sys/mounts/{mount}", new { type = "ssh" });
        await Root.PutAsync($"{mount}/config/ca", new { generate_signing_key = true });
        await Root.PutAsync($"{mount}/roles/deploy", new { key_type = "ca", allow_user_certificates = true, allowed_users = "deploy", default_user = "deploy", ttl = "10m", max_ttl = "30m" });

        var signed = await Root.PutAsync($"{mount}/sign/deploy", new { public_key = PublicKey, valid_principals = "deploy", ttl = "5m" });
        var refused = await Root.PostAsync($"{mount}/sign/deploy", new { public_key = PublicKey, valid_principals = "root" });

        Assert.That((string?)signed.Data["signed_key"], Does.StartWith("ssh-ed25519-cert-v01@openssh.com "));
        Assert.That((string?)signed.Data["serial_number"], Is.Not.Empty);
        Assert.That(signed.LeaseId, Is.Empty);
        AssertError(refused, HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task KeyAndValue_Read_SameForEverybodyWithoutALease()
    {
        var mount = NewName("kv");
        await Root.PutAsync($"sys/mounts/{mount}", new { type = "kv", options = new { version = "2" } });
        // A mount of this version is not ready at once.
        await UntilAsync(async () => (await Root.PostAsync($"{mount}/data/orders", new { data = new { api_key = "k-1" } })).IsDone, "the mount is ready");

        var read = (await Root.GetAsync($"{mount}/data/orders")).Required();

        Assert.That((string?)read.Data["data"]!["api_key"], Is.EqualTo("k-1"));
        Assert.That((int?)read.Data["metadata"]!["version"], Is.EqualTo(1));
        Assert.That(read.LeaseId, Is.Empty);
        AssertError(await Root.GetAsync($"{mount}/data/nothing"), HttpStatusCode.NotFound);
    }
}
