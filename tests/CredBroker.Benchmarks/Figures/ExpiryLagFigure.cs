using System.Diagnostics;
using System.Runtime.CompilerServices;
using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;
using CredBroker.Protocol.V1;

namespace CredBroker.Benchmarks.Figures;

/// <summary>From the end of a lease's TTL until the store has it revoked; both by the store's clock, while leases come and go.</summary>
internal sealed class ExpiryLagFigure : IFigureGroup
{
    private const string Name = "expiry_lag_p99";
    private const double Target = 1_000;
    private const double Rate = 500;
    private const int Agents = 16;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    public IReadOnlyList<string> Names => [Name];

    public async IAsyncEnumerable<Figure> MeasureAsync(BenchPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stack = await BrokerStack.StartAsync(cancellationToken);
        var agents = await Agent.OpenManyAsync(stack, Agents);
        var issued = await OpenLoop.RunAsync(
            Rate, TimeSpan.FromSeconds(plan.IsQuick ? 5 : 20), number => agents[number % Agents].IssueBriefAsync(), cancellationToken);
        var leases = await AllEndedAsync(agents, cancellationToken);
        if (leases.Count != issued.Count) throw new BenchException($"{issued.Count} leases were issued and {leases.Count} are remembered.");
        var lags = leases.Select(lease => (lease.ConfirmedAt.ToDateTimeOffset() - lease.ExpiresAt.ToDateTimeOffset()).Ticks);
        var result = new LoadResult([.. lags], TimeSpan.Zero);
        yield return new Figure("expiry_lag_p50", result.PercentileMilliseconds(0.5), "ms") { Rounds = issued.Count };
        var p99 = result.PercentileMilliseconds(0.99);
        yield return new Figure(Name, p99, "ms") { Target = $"< {Target} ms", Met = p99 < Target, Rounds = issued.Count };
    }

    private static async Task<IReadOnlyList<Lease>> AllEndedAsync(Agent[] agents, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var leases = (await Task.WhenAll(agents.Select(agent => agent.ListLeasesAsync()))).SelectMany(all => all).ToList();
            if (leases.All(lease => lease.State == LeaseState.Revoked)) return leases;
            if (Stopwatch.GetElapsedTime(begun) > EndLimit) throw new BenchException("Leases outlive their TTL.");
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, cancellationToken);
        }
    }
}
