namespace CredBroker.Tests.Templates;

/// <summary>The example by which the catalogue was designed, word for word.</summary>
internal static class PolicyPage
{
    public const string Example = """
        apiVersion: credbroker/v1
        kind: Target
        metadata: { name: orders-db, owner: payments-platform }
        spec: { sensitivity: confidential }  # public | internal | confidential | restricted
        ---
        apiVersion: credbroker/v1
        kind: Target
        metadata: { name: orders-api, owner: payments-platform }
        spec: { sensitivity: internal }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: orders-db-read, owner: payments-platform, description: Read-only rows of the orders database }
        spec:
          tenants: [payments]                          # absent = nobody
          subjects: ["spiffe://acme.test/agent/*"]     # exact or trailing /*: an upper bound that no policy can widen
          target: orders-db
          risk: medium                                 # low | medium | high | critical
          capabilities: [read]                         # read | write | delegate: the most that can be granted
          ttl: { default: 5m, max: 15m }
          renewable: true
          limits: { perTask: 2, perWorkload: 20 }
          backend: { vault: { mount: database, role: orders-ro } }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: orders-api, owner: payments-platform }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/agent/*"]
          target: orders-api
          risk: low
          capabilities: [read, write, delegate]
          ttl: { default: 2m, max: 10m }
          backend:
            token: { audience: "https://orders.acme.test", format: jwt, scopes: { read: ["orders:read"], write: ["orders:write"] } }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: payments-agents }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/agent/*" }
          workload: { tenant: payments, kind: agent, heartbeat: { min: 5s, max: 60s }, maxDuration: 4h }

        """;
}
