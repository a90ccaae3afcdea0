using System.Buffers;
using CredBroker.Server.Jose;

namespace CredBroker.Server.Attestation.Kubernetes;

/// <summary>Which pod a projected service-account token is bound to, and as whom it runs.</summary>
internal sealed record PodIdentity(string Namespace, string ServiceAccount, string ServiceAccountUid, string Pod, string PodUid, string? Node, string? NodeUid)
{
    private const string Claim = "kubernetes.io";
    private const int MaxNameLength = 253;

    private static readonly SearchValues<char> NameChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");
    private static readonly SearchValues<char> UidChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    /// <summary>As the API server calls the service account.</summary>
    public string UserName => $"system:serviceaccount:{Namespace}:{ServiceAccount}";

    /// <exception cref="JwtFault">The token is bound to no pod, or says two things about it.</exception>
    public static PodIdentity Read(Jwt token)
    {
        var pod = new PodIdentity(
            Name(token.StringOf(Claim, "namespace")) ?? throw NotBound(),
            Name(token.StringOf(Claim, "serviceaccount", "name")) ?? throw NotBound(),
            Uid(token.StringOf(Claim, "serviceaccount", "uid")) ?? throw NotBound(),
            Name(token.StringOf(Claim, "pod", "name")) ?? throw NotBound(),
            Uid(token.StringOf(Claim, "pod", "uid")) ?? throw NotBound(),
            Name(token.StringOf(Claim, "node", "name")),
            Uid(token.StringOf(Claim, "node", "uid")));
        return token.StringOf("sub") == pod.UserName ? pod : throw new JwtFault("its subject is not the service account that it is bound to");
    }

    /// <summary>Facts for rules, each <c>kubernetes:name:value</c>.</summary>
    public IEnumerable<string> SelectorsIn(string cluster)
    {
        yield return $"kubernetes:cluster:{cluster}";
        yield return $"kubernetes:namespace:{Namespace}";
        yield return $"kubernetes:service_account:{ServiceAccount}";
        yield return $"kubernetes:service_account_uid:{ServiceAccountUid}";
        yield return $"kubernetes:pod:{Pod}";
        yield return $"kubernetes:pod_uid:{PodUid}";
        if (Node is not null) yield return $"kubernetes:node:{Node}";
        if (NodeUid is not null) yield return $"kubernetes:node_uid:{NodeUid}";
    }

    // Names become parts of subjects and of addresses at the API server.
    private static string? Name(string? text) =>
        text is { Length: > 0 and <= MaxNameLength } && !text.AsSpan().ContainsAnyExcept(NameChars)
        && text[0] is not '.' && text[^1] is not '.' && !text.Contains("..", StringComparison.Ordinal) ? text : null;

    private static string? Uid(string? text) => text is { Length: > 0 and <= 64 } && !text.AsSpan().ContainsAnyExcept(UidChars) ? text : null;

    private static JwtFault NotBound() => new("it is not bound to a pod and a service account");
}
