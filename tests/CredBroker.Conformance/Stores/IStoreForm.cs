namespace CredBroker.Conformance.Stores;

/// <summary>One of the forms that a store comes in: embedded, a single server, a cluster …</summary>
public interface IStoreForm
{
    /// <summary>Opens it. All fixtures of an assembly share its servers.</summary>
    /// <exception cref="StoreMissingException">It cannot be had on this machine.</exception>
    Task<IStoreUnderTest> OpenAsync();
}
