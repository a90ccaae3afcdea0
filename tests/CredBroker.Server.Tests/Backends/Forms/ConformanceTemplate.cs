using CredBroker.Templates;

namespace CredBroker.Server.Tests.Backends.Forms;

/// <summary>The template that backends are held against the suite with.</summary>
internal static class ConformanceTemplate
{
    public static Template Of(TemplateBackend backend) => new()
    {
        Name = "orders",
        Version = "0123456789abcdef",
        Owner = "tests",
        Tenants = ["payments"],
        Subjects = [SubjectPattern.Parse("spiffe://acme.test/*")],
        Target = "orders",
        Risk = RiskLevel.Low,
        Capabilities = Capabilities.Read,
        DefaultTtl = TimeSpan.FromMinutes(2),
        MaxTtl = TimeSpan.FromMinutes(10),
        Backend = backend,
    };
}
