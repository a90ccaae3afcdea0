namespace CredBroker.Testing.Broker;

/// <summary>The catalogue of the tests' broker: two tenants, templates of every temper, workloads that are patient or not.</summary>
public static class BrokerCatalogue
{
    public const string OrdersAudience = "https://orders.acme.test";
    public const string InvoicesAudience = "https://invoices.acme.test";

    public const string Text =
        """
        apiVersion: credbroker/v1
        kind: Target
        metadata: { name: orders-api, owner: payments }
        spec: { sensitivity: internal }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: orders-api, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: orders-api
          risk: low
          capabilities: [read, write, delegate]
          ttl: { default: 2m, max: 10m }
          backend: { token: { audience: "https://orders.acme.test", scopes: { read: ["orders:read"], write: ["orders:write"] } } }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: invoices-api, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: invoices-api
          risk: high
          capabilities: [read, delegate]
          ttl: { default: 2m, max: 10m }
          backend: { token: { audience: "https://invoices.acme.test", scopes: { read: ["invoices:read"] } } }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: orders-brief, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: orders-api
          risk: low
          capabilities: [read]
          ttl: { default: 2s, max: 4s }
          backend: { token: { audience: "https://orders.acme.test", scopes: { read: ["orders:read"] } } }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: orders-once, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: orders-api
          risk: low
          capabilities: [read]
          ttl: { default: 1m, max: 5m }
          renewable: false
          limits: { perTask: 1 }
          backend: { token: { audience: "https://orders.acme.test", scopes: { read: ["orders:read"] } } }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: orders-scarce, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: orders-api
          risk: low
          capabilities: [read]
          ttl: { default: 1m, max: 5m }
          limits: { perWorkload: 1 }
          backend: { token: { audience: "https://orders.acme.test", scopes: { read: ["orders:read"] } } }
        ---
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: parcels-api, owner: logistics }
        spec:
          tenants: [logistics]
          subjects: ["spiffe://acme.test/*"]
          target: parcels-api
          risk: low
          capabilities: [read]
          ttl: { default: 1m, max: 5m }
          backend: { token: { audience: "https://parcels.acme.test", scopes: { read: ["parcels:read"] } } }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: agents, owner: payments }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/agent/*" }
          workload: { tenant: payments, kind: agent, heartbeat: { min: 5s, max: 60s }, maxDuration: 4h }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: hasty-agents, owner: payments }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/hasty/*" }
          workload: { tenant: payments, kind: agent, heartbeat: { min: 1s, max: 60s }, maxDuration: 4h, reattestEvery: 2s }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: carriers, owner: logistics }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/carrier/*" }
          workload: { tenant: logistics, kind: agent }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: orders-service, owner: payments }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/service/orders" }
          workload: { tenant: payments, kind: service, audiences: ["https://orders.acme.test"] }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: hasty-service, owner: payments }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/service/hasty" }
          workload: { tenant: payments, kind: service, audiences: ["https://orders.acme.test"], reattestEvery: 1s }
        """;
}
