using CredBroker.Templates;

namespace CredBroker.TestHost;

/// <summary>The catalogue of the files, with one template more that no file could describe.</summary>
internal sealed class ScriptedCatalogue(ITemplateCatalogue inner) : ITemplateCatalogue
{
    private static readonly Template Scripted = new()
    {
        Name = ScriptedBackend.BackendName,
        Version = "0123456789abcdef",
        Owner = "tests",
        Tenants = ["payments"],
        Subjects = [SubjectPattern.Parse("spiffe://acme.test/*")],
        Target = "orders-db",
        Risk = RiskLevel.Low,
        Capabilities = Capabilities.Read | Capabilities.Delegate,
        DefaultTtl = TimeSpan.FromMinutes(2),
        MaxTtl = TimeSpan.FromMinutes(10),
        PerTask = 5,
        Backend = new ScriptedTemplateBackend(),
    };

    private (CatalogueSnapshot Of, CatalogueSnapshot With) _last;

    public CatalogueSnapshot Current
    {
        get
        {
            var (current, last) = (inner.Current, _last);
            if (last.Of == current) return last.With;
            var with = current with { Templates = new Dictionary<string, Template>(current.Templates) { [Scripted.Name] = Scripted } };
            _last = (current, with);
            return with;
        }
    }
}
