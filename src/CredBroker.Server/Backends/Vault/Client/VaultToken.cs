namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>A token of Vault. Its text form is redacted.</summary>
internal sealed class VaultToken(string value)
{
    /// <summary>The token, for a request's header alone.</summary>
    public string Reveal() => value;

    public override string ToString() => $"{nameof(VaultToken)} {{ [redacted] }}";
}
