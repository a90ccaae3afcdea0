using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CredBroker.Testing.Verification;

/// <summary>The broker as a verifier sees it: discovery, keys and the feed, on loopback ports of the system's choosing.</summary>
public sealed class FakeBroker : IAsyncDisposable
{
    public const string Audience = "https://orders.acme.test";

    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private int _keyReads;

    private FakeBroker(WebApplication app, TimeProvider time, FakeRevocationFeed feed)
    {
        _app = app;
        _time = time;
        Feed = feed;
    }

    public FakeRevocationFeed Feed { get; }

    public FakeSigningKey Key { get; } = new("key-1");

    /// <summary>What stands in the key set.</summary>
    public List<FakeSigningKey> PublishedKeys { get; } = [];

    /// <summary>A whole key set to publish instead of <see cref="PublishedKeys"/>.</summary>
    public string? KeySet { get; set; }

    /// <summary>How often the key set was asked for.</summary>
    public int KeyReads => Volatile.Read(ref _keyReads);

    /// <summary>Answers 503 to questions about keys while set.</summary>
    public bool KeysDown { get; set; }

    /// <summary>What the discovery document says it is for; null = the truth.</summary>
    public string? ClaimedIssuer { get; set; }

    public Uri Authority { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    public string Issuer => Authority.OriginalString.TrimEnd('/');

    public static async Task<FakeBroker> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc();
        var feed = new FakeRevocationFeed(time);
        builder.Services.AddSingleton(feed);
        var app = builder.Build();
        var broker = new FakeBroker(app, time, feed);
        broker.PublishedKeys.Add(broker.Key);
        broker.Map();
        await app.StartAsync();
        var addresses = app.Urls.ToArray();
        broker.Authority = new Uri(addresses[0]);
        broker.Address = new Uri(addresses[1]);
        return broker;
    }

    /// <summary>A token that is good in every way, for a minute.</summary>
    public TokenDraft Draft(string leaseId = "lse_test")
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        return new TokenDraft(
            new JsonObject { ["typ"] = "at+jwt", ["alg"] = "ES256", ["kid"] = Key.Id },
            new JsonObject
            {
                ["iss"] = Issuer,
                ["aud"] = Audience,
                ["sub"] = "spiffe://acme.test/agent",
                ["client_id"] = "spiffe://acme.test/agent",
                ["jti"] = Guid.NewGuid().ToString("N"),
                ["iat"] = now,
                ["nbf"] = now,
                ["exp"] = now + 60,
                ["scope"] = "orders:read orders:list",
                ["txn"] = "tsk_root",
                ["labels"] = new JsonArray("label-tenant", "label-task"),
                ["credbroker.dev/lease_id"] = leaseId,
                ["authorization_details"] = new JsonArray(new JsonObject
                {
                    ["type"] = "credbroker_task",
                    ["task_id"] = "tsk_test",
                    ["actions"] = new JsonArray("read"),
                }),
            });
    }

    /// <summary>A good token.</summary>
    public string Token(string leaseId = "lse_test") => Draft(leaseId).Sign(Key.Key);

    public async ValueTask DisposeAsync()
    {
        Feed.End();
        await _app.DisposeAsync();
        Key.Dispose();
        foreach (var key in PublishedKeys) key.Dispose();
    }

    private void Map()
    {
        _app.MapGrpcService<FakeRevocationFeed>();
        _app.MapGet("/.well-known/openid-configuration", () => KeysDown
            ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable)
            : Results.Json(new JsonObject { ["issuer"] = ClaimedIssuer ?? Issuer, ["jwks_uri"] = $"{Issuer}/keys" }));
        _app.MapGet("/keys", () =>
        {
            Interlocked.Increment(ref _keyReads);
            return KeySet is { } set ? Results.Text(set) : Results.Json(new JsonObject { ["keys"] = new JsonArray([.. PublishedKeys.Select(key => key.ToJwk())]) });
        });
    }
}
