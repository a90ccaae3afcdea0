namespace CredBroker.Benchmarks.Processes;

/// <summary>The templates and rules of the benchmarks.</summary>
internal static class BenchCatalogue
{
    public const string Tenant = "payments";
    public const string Audience = "https://orders.bench.test";

    /// <summary>A template like those of the samples.</summary>
    public const string Template = "orders-api";

    /// <summary>Accounts of a database that Vault makes.</summary>
    public const string VaultTemplate = "orders-db";

    /// <summary>One whose leases die while somebody watches.</summary>
    public const string BriefTemplate = "orders-api-brief";

    private const string Documents = $$"""
        apiVersion: credbroker/v1
        kind: Target
        metadata: { name: orders-api, owner: payments-platform }
        spec: { sensitivity: internal }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: {{Template}}, owner: payments-platform }
        spec:
          tenants: [{{Tenant}}]
          subjects: ["spiffe://bench.test/agent/*"]
          target: orders-api
          risk: low
          capabilities: [read, write]
          ttl: { default: 1h, max: 4h }
          backend:
            token: { audience: "{{Audience}}", scopes: { read: ["orders:read"], write: ["orders:write"] } }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: {{BriefTemplate}}, owner: payments-platform }
        spec:
          tenants: [{{Tenant}}]
          subjects: ["spiffe://bench.test/agent/*"]
          target: orders-api
          risk: low
          capabilities: [read]
          ttl: { default: 2s, max: 5s }
          renewable: false
          backend:
            token: { audience: "{{Audience}}", scopes: { read: ["orders:read"] } }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: agents, owner: payments-platform }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://bench.test/agent/*" }
          workload: { tenant: {{Tenant}}, kind: agent, heartbeat: { min: 5s, max: 4h }, maxDuration: 4h }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: orders-service, owner: payments-platform }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://bench.test/service/orders-api" }
          workload: { tenant: {{Tenant}}, kind: service, audiences: ["{{Audience}}"] }
        """;

    /// <summary>What a broker with a Vault behind it has beside the others.</summary>
    public const string VaultDocuments = $$"""
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: {{VaultTemplate}}, owner: payments-platform }
        spec:
          tenants: [{{Tenant}}]
          subjects: ["spiffe://bench.test/agent/*"]
          target: orders-api
          risk: low
          capabilities: [read]
          ttl: { default: 1h, max: 4h }
          backend:
            vault: { mount: database, role: orders }
        """;

    /// <param name="folder">Where to.</param>
    /// <param name="more">Documents beside the usual ones.</param>
    public static void Write(string folder, string? more = null)
    {
        File.WriteAllText(Path.Combine(folder, "bench.yaml"), Documents);
        if (more is not null) File.WriteAllText(Path.Combine(folder, "more.yaml"), more);
    }
}
