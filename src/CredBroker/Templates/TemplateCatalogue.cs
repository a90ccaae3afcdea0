using System.Collections.Frozen;

namespace CredBroker.Templates;

/// <summary>Holds the set in force. Until a first one is there it is empty, and so nobody may do anything.</summary>
public sealed class TemplateCatalogue : ITemplateCatalogue
{
    private static readonly CatalogueSnapshot Empty = new(
        "0000000000000000", FrozenDictionary<string, Template>.Empty, FrozenDictionary<string, Target>.Empty, []);

    private volatile CatalogueSnapshot _current = Empty;

    /// <inheritdoc/>
    public CatalogueSnapshot Current => _current;

    /// <summary>Puts another set in force, all of it at once.</summary>
    public void Replace(CatalogueSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        _current = snapshot;
    }
}
