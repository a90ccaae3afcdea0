using System.Net;
using System.Text.Json;
using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation.Kubernetes;

/// <summary>
/// Asks the API server of a cluster about a token whose signature has verified already: does it accept it for our audience
/// (TokenReview, authentication.k8s.io/v1), and is the pod that it is bound to the one that is there.
/// </summary>
internal sealed partial class ApiServer(string cluster, RemoteAccess access, ILogger logger) : IDisposable
{
    private const string PodNameExtra = "authentication.kubernetes.io/pod-name";
    private const string PodUidExtra = "authentication.kubernetes.io/pod-uid";

    private readonly OutboundHttp _http = new(access);

    /// <exception cref="JwtFault">It does not accept the token, the pod is another one, or nobody can tell now.</exception>
    public async ValueTask ConfirmAsync(Jwt token, PodIdentity pod, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        await ReviewAsync(token, pod, audiences, cancellationToken).ConfigureAwait(false);
        await LookUpAsync(pod, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask ReviewAsync(Jwt token, PodIdentity pod, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        var review = JsonSerializer.SerializeToUtf8Bytes(new
        {
            apiVersion = "authentication.k8s.io/v1",
            kind = "TokenReview",
            spec = new { token = token.Text, audiences },
        });
        var (status, content) = await SendAsync(HttpMethod.Post, "apis/authentication.k8s.io/v1/tokenreviews", review, cancellationToken).ConfigureAwait(false);
        if (status is not (HttpStatusCode.Created or HttpStatusCode.OK)) throw Unusable("TokenReview", $"{(int)status}");
        using var answer = Parse("TokenReview", content);
        var said = Member(answer.RootElement, "status");
        if (Member(said, "authenticated").ValueKind is not JsonValueKind.True) throw new JwtFault("the API server does not accept it");
        // A server that knows no audiences answers without any, and has then accepted it for itself.
        if (!StringsOf(Member(said, "audiences")).Intersect(audiences, StringComparer.Ordinal).Any())
            throw new JwtFault("the API server does not accept it for this server's audience");
        var user = Member(said, "user");
        var extra = Member(user, "extra");
        if (TextOf(user, "username") != pod.UserName || TextOf(user, "uid") != pod.ServiceAccountUid
            || StringsOf(Member(extra, PodNameExtra)) is not [var name] || name != pod.Pod
            || StringsOf(Member(extra, PodUidExtra)) is not [var uid] || uid != pod.PodUid)
            throw new JwtFault("the API server knows it as another pod's");
    }

    private async ValueTask LookUpAsync(PodIdentity pod, CancellationToken cancellationToken)
    {
        var (status, content) = await SendAsync(HttpMethod.Get, $"api/v1/namespaces/{pod.Namespace}/pods/{pod.Pod}", null, cancellationToken).ConfigureAwait(false);
        if (status is HttpStatusCode.NotFound) throw new JwtFault("its pod is not there any more");
        if (status is not HttpStatusCode.OK) throw Unusable("Pod", $"{(int)status}");
        using var answer = Parse("Pod", content);
        var spec = Member(answer.RootElement, "spec");
        if (TextOf(Member(answer.RootElement, "metadata"), "uid") != pod.PodUid) throw new JwtFault("its pod is not there any more");
        if (TextOf(spec, "serviceAccountName") != pod.ServiceAccount || (pod.Node is not null && TextOf(spec, "nodeName") != pod.Node))
            throw new JwtFault("its pod runs as another service account, or on another node");
        if (TextOf(Member(answer.RootElement, "status"), "phase") is "Succeeded" or "Failed") throw new JwtFault("its pod has ended");
    }

    private async ValueTask<(HttpStatusCode Status, byte[] Content)> SendAsync(HttpMethod method, string path, byte[]? json, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(method, new Uri(access.Address, path), json, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or IOException or UnauthorizedAccessException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unusable(path, (e.InnerException as InvalidDataException ?? e).Message);
        }
    }

    private JsonDocument Parse(string what, byte[] content) => StrictJson.TryParseObject(content, out var document) ? document : throw Unusable(what, "no JSON object");

    private JwtFault Unusable(string what, string answer)
    {
        LogUnusable(logger, cluster, what, answer);
        return JwtFault.Undecided("the API server of its cluster does not answer as it should");
    }

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    private static string? TextOf(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object ? StrictJson.StringOf(parent, name) : null;

    private static string[] StringsOf(JsonElement list) => list.ValueKind is JsonValueKind.Array
        ? [.. list.EnumerateArray().Where(one => one.ValueKind is JsonValueKind.String).Select(one => one.GetString()!)]
        : [];

    [LoggerMessage(Level = LogLevel.Error, Message = "The API server of cluster {Cluster} does not answer {What} as it should: {Answer}.")]
    private static partial void LogUnusable(ILogger logger, string cluster, string what, string answer);
}
