namespace CredBroker.Tests.Templates;

/// <summary>Good documents for tests to take and to spoil.</summary>
internal static class Yaml
{
    public const string Target = """
        apiVersion: credbroker/v1
        kind: Target
        metadata: { name: orders-api, owner: payments-platform }
        spec: { sensitivity: internal }

        """;

    public const string Template = """
        apiVersion: credbroker/v1
        kind: Template
        metadata:
          name: orders
          owner: payments-platform
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/agent/*"]
          target: orders-api
          risk: low
          capabilities: [read, write]
          ttl:
            default: 2m
            max: 10m
          backend:
            token:
              audience: https://orders.acme.test
              scopes:
                read: ["orders:read"]
                write: ["orders:write"]

        """;

    public const string Rule = """
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata:
          name: agents
        spec:
          match:
            attestor: spiffe_jwt
            subject: spiffe://acme.test/agent/*
          workload:
            tenant: payments
            kind: agent

        """;

    public const string Separator = "---\n";

    /// <summary>Replaces text that must occur exactly once, so that a spoiled document is spoiled as meant.</summary>
    public static string With(this string yaml, string old, string replacement)
    {
        Assert.That(yaml.Split(old), Has.Length.EqualTo(2), $"'{old}' must occur once");
        return yaml.Replace(old, replacement, StringComparison.Ordinal);
    }
}
