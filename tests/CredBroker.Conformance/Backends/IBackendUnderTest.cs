using CredBroker.Backends;
using CredBroker.Templates;

namespace CredBroker.Conformance.Backends;

/// <summary>A backend and what stands behind it, both for one test alone.</summary>
public interface IBackendUnderTest : IAsyncDisposable
{
    /// <summary>A template that it makes renewable credentials of.</summary>
    Template Template { get; }

    /// <summary>Whether the record of the lease is what ends its credentials, so that there is nothing for the backend itself to do.</summary>
    bool EndsByRecord { get; }

    /// <summary>The backend as another broker has it: nothing is shared with those that were opened before.</summary>
    ICredentialBackend Open();

    /// <summary>Whether a credential gets its holder in.</summary>
    Task<bool> IsGoodAsync(Credential credential);

    /// <summary>How much of what backends have made still stands behind them, what only prepares a credential included.</summary>
    Task<int> CountAsync();
}
