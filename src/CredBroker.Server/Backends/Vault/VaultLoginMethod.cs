namespace CredBroker.Server.Backends.Vault;

/// <summary>How the broker proves itself to a cluster.</summary>
public enum VaultLoginMethod
{
    /// <summary>Not said; refused at start.</summary>
    None,

    /// <summary>AppRole: a role id and a secret id from a file.</summary>
    AppRole,

    /// <summary>The token of a Kubernetes service account.</summary>
    Kubernetes,

    /// <summary>A JWT from a file, such as a JWT-SVID.</summary>
    Jwt,

    /// <summary>A file that somebody else, such as an agent beside the broker, keeps a token in.</summary>
    TokenFile,
}
