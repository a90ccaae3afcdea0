using System.Text.Json.Nodes;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>One call to Vault's HTTP API.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path below <c>/v1/</c>; it holds no secret.</param>
internal sealed record VaultCall(HttpMethod Method, string Path)
{
    /// <summary>The lane of calls that concern no mount, but the cluster itself.</summary>
    public const string ClusterLane = "cluster";

    /// <summary>The method by which Vault lists.</summary>
    public static readonly HttpMethod List = new("LIST");

    /// <summary>What is sent along; it may hold secrets.</summary>
    public JsonObject? Body { get; init; }

    /// <summary>The token; null = the call needs none, or the broker's own is put in.</summary>
    public VaultToken? Token { get; init; }

    /// <summary>Whether doing it twice does no more than doing it once.</summary>
    public bool IsSafe { get; init; }

    /// <summary>What fails together with it, and so shares a circuit breaker: the cluster, or one mount.</summary>
    public string Lane { get; init; } = ClusterLane;

    public override string ToString() => $"{Method} {Path}";
}
