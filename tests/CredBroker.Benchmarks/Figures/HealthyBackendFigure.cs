using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;

namespace CredBroker.Benchmarks.Figures;

/// <summary>From the end of a task until its backend has confirmed that the secret is gone: alone, and beside another backend that has stopped to answer and that many revocations wait for.</summary>
internal sealed class HealthyBackendFigure : IFigureGroup
{
    private const string Name = "healthy_backend_p99_ratio";
    private const double Target = 2;
    private const int Callers = 4;
    private const int WarmUp = 40;
    private const int Waiting = 200;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public IReadOnlyList<string> Names => [Name];

    public async IAsyncEnumerable<Figure> MeasureAsync(BenchPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var healthy = await VaultProcess.StartAsync(isDurable: false, cancellationToken);
        await using var dead = await VaultProcess.StartAsync(isDurable: false, cancellationToken);
        var settings = new Dictionary<string, string>(healthy.Settings());
        foreach (var (name, value) in dead.Settings(number: 1, BenchCatalogue.OtherVault)) settings.Add(name, value);
        await using var stack = await BrokerStack.StartAsync(cancellationToken, settings: settings, documents: BenchCatalogue.TwoVaultsDocuments);
        await MeasureAsync(stack, WarmUp, cancellationToken);
        var alone = await MeasureAsync(stack, plan.Samples / 4, cancellationToken);
        await QueueAsync(stack, dead, cancellationToken);
        var beside = await MeasureAsync(stack, plan.Samples / 4, cancellationToken);
        var ratio = beside.PercentileMilliseconds(0.99) / alone.PercentileMilliseconds(0.99);
        yield return new Figure(Name, ratio, "1")
        {
            Anchor = "the same without the other backend, ms",
            AnchorValue = alone.PercentileMilliseconds(0.99),
            Target = $"<= {Target}",
            Met = ratio <= Target,
            Callers = Callers,
            Rounds = beside.Count,
        };
    }

    /// <summary>Revocations that wait for a backend which holds every call of them.</summary>
    private static async Task QueueAsync(BrokerStack stack, VaultProcess dead, CancellationToken cancellationToken)
    {
        var agent = await Agent.OpenAsync(stack.Broker, stack.AgentEvidence(0));
        await ClosedLoop.RunAsync(Callers, Limit, _ => agent.IssueAsync(BenchCatalogue.OtherVaultTemplate), cancellationToken, Waiting);
        dead.Pause();
        var receipt = await agent.EndAsync();
        if (receipt.Pending != Waiting) throw new BenchException($"{Waiting} revocations should wait; {receipt.Pending} do.");
    }

    private static async Task<LoadResult> MeasureAsync(BrokerStack stack, int samples, CancellationToken cancellationToken)
    {
        var latencies = new ConcurrentBag<long>();
        await ClosedLoop.RunAsync(Callers, Limit, async caller => latencies.Add((await EndAsync(stack, caller)).Ticks), cancellationToken, samples);
        return new LoadResult([.. latencies], TimeSpan.Zero);
    }

    /// <summary>How long the end of one task takes.</summary>
    private static async Task<TimeSpan> EndAsync(BrokerStack stack, int caller)
    {
        var agent = await Agent.OpenAsync(stack.Broker, stack.AgentEvidence(caller));
        await agent.IssueAsync(BenchCatalogue.VaultTemplate);
        var begun = Stopwatch.GetTimestamp();
        var receipt = await agent.EndAsync(Wait);
        return receipt is { Confirmed: 1, Pending: 0 }
            ? Stopwatch.GetElapsedTime(begun)
            : throw new BenchException("A healthy backend has not confirmed.");
    }
}
