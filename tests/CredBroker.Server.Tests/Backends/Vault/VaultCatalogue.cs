namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>Templates for each engine and temper of Vault, beside those that every broker of the tests has.</summary>
internal static class VaultCatalogue
{
    public const string File = "vault.yaml";

    /// <summary>Accounts of a database.</summary>
    public const string Orders = "vault-orders";

    /// <summary>The same, for seconds.</summary>
    public const string Short = "vault-short";

    /// <summary>A role that Vault gives five seconds.</summary>
    public const string Capped = "vault-capped";

    public const string Cloud = "vault-cloud";
    public const string Messages = "vault-messages";
    public const string Certificate = "vault-certificate";
    public const string LeasedCertificate = "vault-certificate-leased";
    public const string Ssh = "vault-ssh";
    public const string Stored = "vault-stored";
    public const string Rotated = "vault-rotated";
    public const string Lean = "vault-lean";

    /// <summary>In the namespace <see cref="VaultBench.Team"/>.</summary>
    public const string Team = "vault-team";

    /// <summary>At the cluster <see cref="VaultBench.SecondCluster"/>.</summary>
    public const string Second = "vault-second";

    /// <summary>Everything that needs one cluster and no namespace.</summary>
    public static string Text { get; } = string.Join(
        "\n---\n",
        [
            Template(Orders, "mount: database, role: orders"),
            Template(Short, "mount: database, role: orders", ttl: "2s", max: "4s"),
            Template(Capped, "mount: database, role: capped"),
            Template(Cloud, "mount: aws, role: deploy"),
            Template(Messages, "mount: rabbitmq, role: orders"),
            Template(Certificate, "mount: pki, role: agents, pki: { commonName: agent.acme.test }", isRenewable: false),
            Template(LeasedCertificate, "mount: pki, role: leased, pki: { commonName: agent.acme.test }", isRenewable: false),
            Template(Ssh, "mount: ssh, role: deploy, ssh: { principals: [deploy] }", isRenewable: false),
            Template(Stored, "mount: kv, kv: { path: partner }"),
            Template(Rotated, "mount: kv, kv: { path: partner, rotation: database/rotate-role/partner }"),
            Template(Lean, "mount: database, role: orders, profile: lean", max: "5m", isRenewable: false),
        ]);

    /// <summary>A template in YAML.</summary>
    public static string Template(string name, string vault, string ttl = "2m", string max = "10m", bool isRenewable = true) =>
        $$"""
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: {{name}}, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: orders-api
          risk: low
          capabilities: [read, delegate]
          ttl: { default: {{ttl}}, max: {{max}} }
          renewable: {{(isRenewable ? "true" : "false")}}
          backend: { vault: { {{vault}} } }
        """;
}
