using System.Net;
using System.Net.Http.Headers;
using CredBroker.Testing.Verification;
using CredBroker.Verification;
using CredBroker.Verification.Authorization;
using CredBroker.Verification.Revocation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Verification;

/// <summary>A service behind the scheme, as its owner would write it, on a clock of the test's.</summary>
internal sealed class ProtectedService : IAsyncDisposable
{
    public const string Evidence = "evidence-of-the-service";

    private readonly WebApplication _app;
    private readonly HttpClient _http;
    private readonly FakeTimeProvider _time;

    private ProtectedService(WebApplication app, FakeTimeProvider time)
    {
        _app = app;
        _time = time;
        _http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public RevocationSet Revocations => _app.Services.GetRequiredService<RevocationSet>();

    public FeedHealth Health => _app.Services.GetRequiredService<FeedHealth>();

    public FakeLogCollector Logs => _app.Services.GetFakeLogCollector();

    public IServiceProvider Services => _app.Services;

    public static async Task<ProtectedService> StartAsync(FakeBroker broker, FakeTimeProvider time, Action<CredBrokerVerificationOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddFakeLogging();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddHealthChecks().AddCredBroker();
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication().AddCredBroker(options =>
        {
            options.Authority = broker.Authority;
            options.BrokerAddress = broker.Address;
            options.Audience = FakeBroker.Audience;
            options.Evidence = _ => ValueTask.FromResult(Evidence);
            configure?.Invoke(options);
        });
        var app = builder.Build();
        Map(app);
        await app.StartAsync();
        return new ProtectedService(app, time);
    }

    /// <summary>Waits until tokens can be trusted.</summary>
    public Task WaitUntilFreshAsync() => Eventually.IsTrueAsync(async () => await IsReadyAsync(), "keys and feed are fresh");

    public async Task<bool> IsReadyAsync()
    {
        using var response = await _http.GetAsync(new Uri("/healthz", UriKind.Relative));
        return response.IsSuccessStatusCode;
    }

    public Task StopAsync() => _app.StopAsync();

    public string Address => _http.BaseAddress!.AbsoluteUri.TrimEnd('/');

    public async Task<Answer> GetAsync(string? token, string path = "/orders", string scheme = "Bearer", params string[] proofs)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue(scheme, token);
        foreach (var proof in proofs) request.Headers.TryAddWithoutValidation("DPoP", proof);
        using var response = await _http.SendAsync(request);
        return new Answer(response.StatusCode, response.Headers.WwwAuthenticate.ToString(), response.Headers.RetryAfter?.Delta, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends one message and waits until the set shows what it should.</summary>
    public async Task FeedAsync(FakeBroker broker, CredBroker.Protocol.V1.WatchRevocationsResponse message, Func<bool> applied)
    {
        broker.Feed.Send(message);
        await Eventually.IsTrueAsync(applied, "the feed's message is in force");
    }

    /// <summary>Lets time pass in small steps until something happens, so that pauses of the workers end.</summary>
    public Task PassTimeUntilAsync(Func<bool> condition, string what) => Eventually.IsTrueAsync(() =>
    {
        if (condition()) return true;
        _time.Advance(TimeSpan.FromMilliseconds(50));
        return false;
    }, what);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    private static void Map(WebApplication app)
    {
        app.MapHealthChecks("/healthz");
        app.MapGet("/orders", (HttpContext context) => Results.Json(context.User.Claims.Select(claim => $"{claim.Type}={claim.Value}")))
            .RequireAuthorization(policy => policy.RequireScope("orders:read"));
        app.MapGet("/read", () => "read").RequireAuthorization(policy => policy.RequireCapability("read"));
        app.MapGet("/write", () => "written").RequireAuthorization(policy => policy.RequireCapability("write"));
        app.MapGet("/refunds", () => "refunds").RequireAuthorization(policy => policy.RequireScope("orders:refund", "orders:read"));
    }

    internal sealed record Answer(HttpStatusCode Status, string Challenge, TimeSpan? RetryAfter, string Body);
}
