using CredBroker.Testing.Vault.Engines;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Logins;

/// <summary>One way to come by a token without having one.</summary>
internal interface ILogin
{
    /// <summary>Checks what was shown.</summary>
    /// <exception cref="VaultRefusal">It does not hold.</exception>
    LoginGrant LogIn(VaultRequest request);

    /// <summary>Answers those who set it up.</summary>
    EngineReply Configure(VaultRequest request);
}
