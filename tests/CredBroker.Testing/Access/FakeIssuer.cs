using System.Text.Json.Nodes;
using CredBroker.Testing.Attestation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CredBroker.Testing.Access;

/// <summary>An OpenID Connect issuer on loopback. It makes tokens good and wrong, and says what it is told to say about itself.</summary>
public sealed class FakeIssuer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly TimeProvider _time;
    private readonly List<TestSigningKey> _keys = [];
    private readonly List<TestSigningKey> _withdrawn = [];
    private int _keyReads;

    private FakeIssuer(WebApplication server, TimeProvider time)
    {
        _server = server;
        _time = time;
        Key = AddKey("RS256");
    }

    public string Address => _server.Urls.Single();

    /// <summary>What its documents say that it is.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it signs with.</summary>
    public TestSigningKey Key { get; private set; }

    /// <summary>Whether it answers.</summary>
    public bool IsDown { get; set; }

    /// <summary>What it does instead of what it should; null = what it should.</summary>
    public RequestDelegate? Misbehaviour { get; set; }

    /// <summary>How often its keys were asked for.</summary>
    public int KeyReads => Volatile.Read(ref _keyReads);

    /// <summary>Members to publish beside its keys.</summary>
    public JsonArray ForeignKeys { get; } = [];

    public static async Task<FakeIssuer> StartAsync(TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var issuer = new FakeIssuer(server, time ?? TimeProvider.System);
        server.Run(issuer.AnswerAsync);
        await server.StartAsync();
        issuer.Name = issuer.Address;
        return issuer;
    }

    /// <summary>Publishes one more key, and signs with it from now on.</summary>
    public TestSigningKey AddKey(string algorithm)
    {
        _keys.Add(TestSigningKey.For(algorithm));
        return Key = _keys[^1];
    }

    /// <summary>Publishes a key no more. It can still sign.</summary>
    public void RemoveKey(TestSigningKey key)
    {
        _keys.Remove(key);
        _withdrawn.Add(key);
    }

    /// <summary>A good token.</summary>
    public string Issue(string subject, string audience = "credbroker-operators") => Sign(Header(), Claims(subject, audience));

    /// <summary>The header of a good token, to be changed at will.</summary>
    public JsonObject Header() => new() { ["alg"] = Key.Algorithm, ["kid"] = Key.KeyId, ["typ"] = "JWT" };

    /// <summary>The claims of a good token, to be changed at will.</summary>
    public JsonObject Claims(string subject, string audience = "credbroker-operators")
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        return new JsonObject { ["iss"] = Name, ["sub"] = subject, ["aud"] = audience, ["iat"] = now, ["exp"] = now + 300 };
    }

    /// <summary>Signs any header and claims, with the current key where none is given.</summary>
    public string Sign(JsonObject header, JsonObject claims, TestSigningKey? key = null) =>
        TestJws.Sign(header.ToJsonString(), claims.ToJsonString(), key ?? Key);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        foreach (var key in _keys.Concat(_withdrawn)) key.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/keys") Interlocked.Increment(ref _keyReads);
        if (Misbehaviour is { } misbehaviour) return misbehaviour(context);
        if (IsDown)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }

        return context.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => context.Response.WriteAsync(
                new JsonObject { ["issuer"] = Name, ["jwks_uri"] = $"{Address}/keys" }.ToJsonString()),
            "/keys" => context.Response.WriteAsync(KeySet().ToJsonString()),
            _ => NotFound(context),
        };
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private JsonObject KeySet()
    {
        var published = new JsonArray([.. _keys.Select(key => key.ToJwk())]);
        foreach (var jwk in published) jwk!["use"] = "sig";
        foreach (var foreign in ForeignKeys) published.Add(foreign!.DeepClone());
        return new JsonObject { ["keys"] = published };
    }
}
