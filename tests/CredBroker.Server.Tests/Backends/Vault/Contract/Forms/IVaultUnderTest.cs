using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault.Contract.Forms;

/// <summary>A running Vault that the contract is held against.</summary>
internal interface IVaultUnderTest : IAsyncDisposable
{
    /// <summary>Speaks with a token that may do everything.</summary>
    VaultClient Root { get; }

    /// <summary>The double, where it is that, for what a real one cannot be made to do; null = a real one.</summary>
    VaultDouble? Double { get; }

    /// <summary>The Vault's own time.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Lets a little time pass: at once where time can be travelled.</summary>
    Task PassAsync(TimeSpan time);
}
