using System.Diagnostics;
using CredBroker.Benchmarks.Processes;
using CredBroker.Verification;
using CredBroker.Verification.Revocation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CredBroker.Benchmarks.Feed;

/// <summary>A service that accepts the tokens and follows the broker's revocations, as any service would.</summary>
internal sealed class FeedVerifier : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly IHost _host;
    private readonly RevocationSet _revocations;

    private FeedVerifier(IHost host)
    {
        _host = host;
        _revocations = host.Services.GetRequiredService<RevocationSet>();
    }

    public static async Task<FeedVerifier> StartAsync(BrokerStack stack, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddAuthentication().AddCredBroker(options =>
        {
            options.Authority = stack.Broker.Http;
            options.Issuer = BrokerStack.Issuer;
            options.BrokerAddress = stack.Broker.Grpc;
            options.Audience = BenchCatalogue.Audience;
            options.Evidence = _ => ValueTask.FromResult(stack.ServiceEvidence());
        });
        var verifier = new FeedVerifier(builder.Build());
        try
        {
            await verifier._host.StartAsync(cancellationToken);
            var health = verifier._host.Services.GetRequiredService<FeedHealth>();
            await UntilAsync(() => health.State == FeedState.Fresh, "The feed is not whole.", cancellationToken);
            return verifier;
        }
        catch
        {
            await verifier.DisposeAsync();
            throw;
        }
    }

    public bool Refuses(IssuedToken token) => _revocations.IsRevoked(token.LeaseId, token.Labels, token.IssuedAt);

    /// <summary>Waits until a token is refused; looks a thousand times a second.</summary>
    public Task UntilRefusedAsync(IssuedToken token, CancellationToken cancellationToken) =>
        UntilAsync(() => Refuses(token), "A token that was revoked is still accepted.", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), TimeProvider.System);
        await _host.StopAsync(limit.Token);
        _host.Dispose();
    }

    private static async Task UntilAsync(Func<bool> holds, string fault, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Poll, TimeProvider.System);
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(begun) > Limit) throw new BenchException(fault);
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
