namespace CredBroker.Testing.Vault.Calls;

/// <summary>One request that came in. It knows of no secret: no token, and of the body only what is none.</summary>
public sealed class VaultCall
{
    internal VaultCall(string method, string path, string space, bool saysVault, IReadOnlyDictionary<string, string> fields, DateTimeOffset at) =>
        (Method, Path, Namespace, SaysVault, Fields, At) = (method, path, space, saysVault, fields, at);

    /// <summary><c>GET</c>, <c>LIST</c>, <c>POST</c> (also for PUT) or <c>DELETE</c>.</summary>
    public string Method { get; }

    /// <summary>Below <c>/v1/</c>.</summary>
    public string Path { get; }

    public string Namespace { get; }

    /// <summary>Whether it had the header by which a request says that it is meant for Vault.</summary>
    public bool SaysVault { get; }

    /// <summary>What of its body may be known, as JSON.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; }

    public DateTimeOffset At { get; }

    /// <summary>The accessor of the token that came with it; empty where there was none that is good.</summary>
    public string Accessor { get; internal set; } = "";

    /// <summary>What was answered; null = nothing, or nothing yet.</summary>
    public int? Status { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Path} {Status}";
}
