namespace CredBroker.Templates;

/// <summary>The documents in force. Reading <see cref="Current"/> never blocks; a reload replaces the whole set at once.</summary>
public interface ITemplateCatalogue
{
    /// <summary>The set in force now.</summary>
    CatalogueSnapshot Current { get; }
}
