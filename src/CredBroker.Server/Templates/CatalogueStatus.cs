using CredBroker.Server.Hosting;
using CredBroker.Templates;

namespace CredBroker.Server.Templates;

/// <summary>Tells whether there are templates to issue from, and whether they are the ones that the folder has now.</summary>
internal sealed class CatalogueStatus(ITemplateCatalogue catalogue, CatalogueReloader reloader) : IStatusSource
{
    public IEnumerable<StatusComponent> Read()
    {
        var detail = reloader.Faults.Count > 0 ? $"The folder's set is refused, and an older one is in force: {reloader.Faults.Count} fault(s), see the log."
            : catalogue.Current.Templates.Count == 0 ? "There is no template, so nothing can be issued."
            : "";
        return [new StatusComponent("templates", detail.Length == 0, detail) { IsVital = false }];
    }
}
