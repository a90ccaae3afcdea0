namespace CredBroker.Conformance.Stores;

/// <summary>A store that the suite may fill, empty and restart. No other test uses it meanwhile.</summary>
public interface IStoreUnderTest : IAsyncDisposable
{
    /// <summary>How the store is set up.</summary>
    StoreRules Rules { get; }

    /// <summary>A broker of its own, with a clock of its own, on this store.</summary>
    Task<BrokerOnStore> ConnectAsync();

    /// <summary>The store's own clock.</summary>
    Task<DateTimeOffset> ReadTimeAsync();

    /// <summary>Every key that the store now holds.</summary>
    Task<IReadOnlyList<StoredKey>> ScanAsync();

    /// <summary>Removes everything, as if the store were new.</summary>
    Task EmptyAsync();

    /// <summary>What a store can suffer.</summary>
    IStoreMishaps Mishaps { get; }
}
