namespace CredBroker;

/// <summary>Names of backends that the domain itself must know.</summary>
public static class BackendNames
{
    /// <summary>Tokens that the broker signs itself: no other system has to be told of their end.</summary>
    public const string Token = "token";

    /// <summary>Secrets that Vault or OpenBao makes.</summary>
    public const string Vault = "vault";
}
