using CredBroker.Templates.Vault;

namespace CredBroker.Server.Backends.Vault.Engines;

/// <summary>Finds who asks an engine.</summary>
internal static class VaultEngines
{
    public static IVaultSecretEngine Of(VaultEngine engine) => engine switch
    {
        VaultDynamicEngine dynamic => new DynamicSecretEngine(dynamic),
        VaultPkiEngine pki => new PkiSecretEngine(pki),
        VaultSshEngine ssh => new SshSecretEngine(ssh),
        VaultKvEngine kv => new KvSecretEngine(kv),
        _ => throw new NotSupportedException($"Nobody asks a {engine.GetType().Name}."),
    };
}
