namespace CredBroker.Server.Tests.Proofs;

/// <summary>Templates and rules, some of which demand a DPoP proof.</summary>
internal static class BoundCatalogue
{
    public const string Text =
        """
        apiVersion: credbroker/v1
        kind: Target
        metadata: { name: orders, owner: payments }
        spec: { sensitivity: internal }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: bound-api, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: orders
          risk: low
          capabilities: [read, delegate]
          ttl: { default: 5m, max: 10m }
          proof: dpop
          backend: { token: { audience: "https://orders.acme.test", scopes: { read: ["orders:read"] } } }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: free-api, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: orders
          risk: low
          capabilities: [read, delegate]
          ttl: { default: 5m, max: 10m }
          backend: { token: { audience: "https://orders.acme.test", scopes: { read: ["orders:read"] } } }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: bound }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/bound/*" }
          workload: { tenant: payments, kind: agent, proof: dpop }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: free }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/free/*" }
          workload: { tenant: payments, kind: agent }
        """;
}
