using CredBroker.Backends;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Templates.Vault;

namespace CredBroker.Server.Backends.Vault;

/// <summary>A child token that a secret will hang on. The token itself is in this process's memory alone.</summary>
internal sealed class VaultReservation(VaultHandle handle, VaultTemplateBackend backend, VaultToken token, DateTimeOffset endsAt) : Reservation(handle.Write())
{
    /// <summary>What is stored of it.</summary>
    public VaultHandle Stored => handle;

    /// <summary>What the template asks for.</summary>
    public VaultTemplateBackend Backend => backend;

    /// <summary>The child token.</summary>
    public VaultToken Token => token;

    /// <summary>When Vault lets the token die.</summary>
    public DateTimeOffset EndsAt => endsAt;
}
