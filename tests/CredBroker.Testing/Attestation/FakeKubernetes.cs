using System.Buffers.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CredBroker.Testing.Attestation;

/// <summary>
/// The part of a Kubernetes API server that concerns service-account tokens: it signs them as kube-apiserver does, publishes its keys,
/// reviews tokens and knows its pods. It says what it is told to say about each.
/// </summary>
public sealed class FakeKubernetes : IAsyncDisposable
{
    /// <summary>What callers of its API have to show.</summary>
    public const string CallerToken = "the-brokers-own-token";

    private readonly WebApplication _server;
    private readonly TimeProvider _time;
    private readonly List<TestSigningKey> _keys = [];
    private int _keyReads;
    private int _reviews;
    private int _podReads;

    private FakeKubernetes(WebApplication server, TimeProvider time)
    {
        (_server, _time) = (server, time);
        Key = AddKey("RS256");
    }

    public string Address => _server.Urls.Single();

    public string Issuer { get; set; } = "https://kubernetes.default.svc.cluster.local";

    public TestSigningKey Key { get; private set; }

    public List<FakePod> Pods { get; } = [];

    public bool IsDown { get; set; }

    /// <summary>Changes the answer to a review before it is sent.</summary>
    public Action<JsonObject>? ChangeReview { get; set; }

    /// <summary>Changes the answer about a pod before it is sent.</summary>
    public Action<JsonObject>? ChangePod { get; set; }

    public int KeyReads => Volatile.Read(ref _keyReads);

    public int Reviews => Volatile.Read(ref _reviews);

    public int PodReads => Volatile.Read(ref _podReads);

    public static async Task<FakeKubernetes> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var cluster = new FakeKubernetes(server, time);
        server.MapGet("/openid/v1/jwks", cluster.ReadKeysAsync);
        server.MapPost("/apis/authentication.k8s.io/v1/tokenreviews", cluster.ReviewAsync);
        server.MapGet("/api/v1/namespaces/{ns}/pods/{pod}", cluster.ReadPodAsync);
        await server.StartAsync();
        return cluster;
    }

    /// <summary>Publishes one more key, and signs with it from now on.</summary>
    public TestSigningKey AddKey(string algorithm, string? keyId = null)
    {
        var key = TestSigningKey.For(algorithm);
        _keys.Add(keyId is null ? key : key.As(algorithm, keyId));
        return Key = _keys[^1];
    }

    /// <summary>Starts a pod.</summary>
    public FakePod Run(string ns, string serviceAccount, string name)
    {
        Pods.Add(new FakePod(ns, serviceAccount, name));
        return Pods[^1];
    }

    /// <summary>kube-apiserver writes no <c>typ</c>.</summary>
    public JsonObject Header() => new() { ["alg"] = Key.Algorithm, ["kid"] = Key.KeyId };

    /// <summary>The claims of a token that the kubelet projects into a pod.</summary>
    public JsonObject Claims(FakePod pod, string audience = "credbroker", TimeSpan? life = null)
    {
        var now = _time.GetUtcNow();
        return new JsonObject
        {
            ["aud"] = new JsonArray(audience),
            ["exp"] = (now + (life ?? TimeSpan.FromMinutes(5))).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = new JsonObject
            {
                ["namespace"] = pod.Namespace,
                ["node"] = new JsonObject { ["name"] = pod.Node, ["uid"] = "9a1d2f7e-7c6b-4b63-8a52-4f1f6d0e3b20" },
                ["pod"] = new JsonObject { ["name"] = pod.Name, ["uid"] = pod.Uid },
                ["serviceaccount"] = new JsonObject { ["name"] = pod.ServiceAccount, ["uid"] = pod.ServiceAccountUid },
                ["warnafter"] = (now + TimeSpan.FromMinutes(4)).ToUnixTimeSeconds(),
            },
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = $"system:serviceaccount:{pod.Namespace}:{pod.ServiceAccount}",
        };
    }

    /// <summary>Signs any claims.</summary>
    public string Sign(JsonObject claims) => TestJws.Sign(Header().ToJsonString(), claims.ToJsonString(), Key);

    /// <summary>Signs with its key, under another name of it.</summary>
    public string SignAs(string keyId, JsonObject claims) =>
        TestJws.Sign(new JsonObject { ["alg"] = Key.Algorithm, ["kid"] = keyId }.ToJsonString(), claims.ToJsonString(), Key);

    /// <summary>A good token.</summary>
    public string Issue(FakePod pod, string audience = "credbroker", TimeSpan? life = null) => Sign(Claims(pod, audience, life));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _keys.ForEach(key => key.Dispose());
    }

    private Task ReadKeysAsync(HttpContext context)
    {
        Interlocked.Increment(ref _keyReads);
        var keys = new JsonArray();
        foreach (var key in _keys)
        {
            var jwk = key.ToJwk();
            jwk["use"] = "sig";
            keys.Add(jwk);
        }

        return AnswerAsync(context, StatusCodes.Status200OK, new JsonObject { ["keys"] = keys });
    }

    private async Task ReviewAsync(HttpContext context)
    {
        Interlocked.Increment(ref _reviews);
        if (!IsCaller(context)) return;
        var review = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject();
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(((string)review["spec"]!["token"]!).Split('.')[1]))!;
        var bound = claims["kubernetes.io"]!;
        var pod = Pods.SingleOrDefault(pod => pod.Uid == (string?)bound["pod"]!["uid"]);
        var audiences = claims["aud"]!.AsArray().Select(one => (string?)one).Intersect(review["spec"]!["audiences"]!.AsArray().Select(one => (string?)one)).ToList();
        var status = new JsonObject { ["authenticated"] = pod is not null && audiences.Count > 0 };
        if (pod is not null && audiences.Count > 0)
        {
            status["audiences"] = new JsonArray([.. audiences.Select(one => JsonValue.Create(one))]);
            status["user"] = new JsonObject
            {
                ["username"] = $"system:serviceaccount:{pod.Namespace}:{pod.ServiceAccount}",
                ["uid"] = pod.ServiceAccountUid,
                ["groups"] = new JsonArray("system:serviceaccounts"),
                ["extra"] = new JsonObject
                {
                    ["authentication.kubernetes.io/pod-name"] = new JsonArray(pod.Name),
                    ["authentication.kubernetes.io/pod-uid"] = new JsonArray(pod.Uid),
                },
            };
        }

        ChangeReview?.Invoke(status);
        await AnswerAsync(context, StatusCodes.Status201Created, new JsonObject { ["kind"] = "TokenReview", ["status"] = status });
    }

    private Task ReadPodAsync(HttpContext context)
    {
        Interlocked.Increment(ref _podReads);
        if (!IsCaller(context)) return Task.CompletedTask;
        var (ns, name) = ((string?)context.Request.RouteValues["ns"], (string?)context.Request.RouteValues["pod"]);
        if (Pods.SingleOrDefault(pod => pod.Namespace == ns && pod.Name == name) is not { } pod)
            return AnswerAsync(context, StatusCodes.Status404NotFound, new JsonObject { ["kind"] = "Status" });
        var answer = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = pod.Name, ["namespace"] = pod.Namespace, ["uid"] = pod.Uid },
            ["spec"] = new JsonObject { ["serviceAccountName"] = pod.ServiceAccount, ["nodeName"] = pod.Node },
            ["status"] = new JsonObject { ["phase"] = pod.Phase },
        };
        ChangePod?.Invoke(answer);
        return AnswerAsync(context, StatusCodes.Status200OK, answer);
    }

    private static bool IsCaller(HttpContext context)
    {
        if (context.Request.Headers.Authorization == $"Bearer {CallerToken}") return true;
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return false;
    }

    private Task AnswerAsync(HttpContext context, int status, JsonObject answer)
    {
        context.Response.StatusCode = IsDown ? StatusCodes.Status503ServiceUnavailable : status;
        return context.Response.WriteAsync(answer.ToJsonString());
    }
}
