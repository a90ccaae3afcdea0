namespace CredBroker.Templates.Vault;

/// <summary>What a secrets engine of Vault is asked for.</summary>
public abstract record VaultEngine
{
    private protected VaultEngine() { }
}
