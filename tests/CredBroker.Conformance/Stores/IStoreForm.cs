namespace CredBroker.Conformance.Stores;

/// <summary>One of the forms that a store comes in: embedded, a single server, a cluster …</summary>
public interface IStoreForm
{
    /// <summary>Why its tests are to be skipped on this machine, in one line; null = it is here. Throws where it has to be here and is not.</summary>
    Task<string?> ReasonToSkipAsync();

    /// <summary>Opens it. All fixtures of an assembly share its servers.</summary>
    Task<IStoreUnderTest> OpenAsync();
}
