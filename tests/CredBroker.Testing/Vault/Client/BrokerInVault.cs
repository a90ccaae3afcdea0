namespace CredBroker.Testing.Vault.Client;

/// <summary>
/// What a Vault's operators set up for a broker: a login, a token role for its children, and one engine of each kind that templates ask.
/// Its accounts are the double's own; a real Vault would want a real database behind them.
/// </summary>
public sealed class BrokerInVault
{
    /// <summary>The token role for child tokens.</summary>
    public const string TokenRole = "credbroker";

    /// <summary>The policy of child tokens: what the engines are asked for with.</summary>
    public const string ChildPolicy = "credbroker-leases";

    /// <summary>The policy of the broker's login.</summary>
    public const string BrokerPolicy = "credbroker";

    private readonly VaultClient _root;

    private BrokerInVault(VaultClient root) => _root = root;

    /// <summary>Not a secret.</summary>
    public string RoleId { get; private set; } = "";

    /// <summary>A secret.</summary>
    public string SecretId { get; private set; } = "";

    /// <summary>What the broker's login may do: make children, look them up, renew and revoke them and their leases.</summary>
    public static string Policy { get; } =
        $$"""
        path "auth/token/create/{{TokenRole}}" { capabilities = ["create", "update"] }
        path "auth/token/lookup-self" { capabilities = ["read"] }
        path "auth/token/renew-self" { capabilities = ["update"] }
        path "auth/token/lookup-accessor" { capabilities = ["create", "update"] }
        path "auth/token/renew-accessor" { capabilities = ["create", "update"] }
        path "auth/token/revoke-accessor" { capabilities = ["create", "update"] }
        path "sys/leases/lookup" { capabilities = ["create", "update"] }
        path "sys/leases/renew" { capabilities = ["create", "update"] }
        path "sys/leases/revoke" { capabilities = ["create", "update"] }
        path "pki/revoke" { capabilities = ["create", "update"] }
        path "database/rotate-role/*" { capabilities = ["create", "update"] }
        path "+/roles/*" { capabilities = ["read"] }
        path "auth/token/roles/*" { capabilities = ["read"] }
        """;

    /// <summary>Sets all of it up.</summary>
    /// <param name="root">Speaks with a token that may do everything, to the namespace that it is set up in.</param>
    /// <param name="loginTtl">How long a login lives.</param>
    /// <param name="loginMaxTtl">How long it can be made to live.</param>
    public static async Task<BrokerInVault> SetUpAsync(VaultClient root, string loginTtl = "1h", string loginMaxTtl = "24h")
    {
        var broker = new BrokerInVault(root);
        await broker.MountAsync();
        await root.PutAsync($"sys/policies/acl/{ChildPolicy}", new
        {
            policy = string.Join('\n', new[] { "database", "aws", "rabbitmq", "pki", "ssh", "kv" }.Select(mount => $$"""path "{{mount}}/*" { capabilities = ["create", "read", "update"] }""")),
        });
        await root.PutAsync($"sys/policies/acl/{BrokerPolicy}", new { policy = Policy });
        await broker.PutTokenRoleAsync();
        await root.PutAsync("sys/auth/approle", new { type = "approle" });
        await root.PutAsync($"auth/approle/role/{BrokerPolicy}", new { token_policies = BrokerPolicy, token_ttl = loginTtl, token_max_ttl = loginMaxTtl });
        broker.RoleId = (string)(await root.GetAsync($"auth/approle/role/{BrokerPolicy}/role-id")).Required().Data["role_id"]!;
        broker.SecretId = (string)(await root.PutAsync($"auth/approle/role/{BrokerPolicy}/secret-id")).Data["secret_id"]!;
        return broker;
    }

    /// <summary>The token role anew.</summary>
    public Task PutTokenRoleAsync(bool orphan = true, string explicitMax = "0", string type = "default-service") => _root.PutAsync(
        $"auth/token/roles/{TokenRole}",
        new { orphan, renewable = true, allowed_policies = ChildPolicy, token_explicit_max_ttl = explicitMax, token_type = type, token_no_default_policy = true });

    /// <summary>A role of an engine that makes accounts.</summary>
    public Task PutRoleAsync(string role, string ttl, string maxTtl, string mount = "database", object? connection = null) => _root.PutAsync(
        $"{mount}/roles/{role}", connection ?? new { db_name = "orders", default_ttl = ttl, max_ttl = maxTtl, creation_statements = "in memory" });

    private async Task MountAsync()
    {
        foreach (var type in new[] { "database", "aws", "rabbitmq", "pki", "ssh" }) await _root.PutAsync($"sys/mounts/{type}", new { type });
        await _root.PutAsync("sys/mounts/kv", new { type = "kv", options = new { version = "2" } });
        await PutRoleAsync("orders", ttl: "1h", maxTtl: "2h");
        await PutRoleAsync("capped", ttl: "5s", maxTtl: "5s");
        await _root.PutAsync("aws/roles/deploy", new { credential_type = "iam_user" });
        await _root.PutAsync("rabbitmq/roles/orders", new { vhosts = "{}" });
        await _root.PutAsync("pki/root/generate/internal", new { common_name = "acme.test", ttl = "700h" });
        await _root.PutAsync("pki/roles/agents", new { allow_any_name = true, enforce_hostnames = false, key_type = "ec", key_bits = 256, max_ttl = "24h" });
        await _root.PutAsync("pki/roles/leased", new { allow_any_name = true, enforce_hostnames = false, key_type = "ec", key_bits = 256, max_ttl = "24h", generate_lease = true });
        await _root.PutAsync("ssh/config/ca", new { generate_signing_key = true });
        await _root.PutAsync("ssh/roles/deploy", new { key_type = "ca", allow_user_certificates = true, allowed_users = "deploy", ttl = "10m", max_ttl = "24h" });
        await _root.PutAsync("kv/data/partner", new { data = new { api_key = "stored-for-everybody" } });
    }
}
