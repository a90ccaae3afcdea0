using System.Diagnostics;
using System.Runtime.CompilerServices;
using CredBroker.Benchmarks.Feed;
using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;

namespace CredBroker.Benchmarks.Figures;

/// <summary>From the call that ends a task until a verifier on the feed refuses the task's token.</summary>
internal sealed class EndToRefusedFigure : IFigureGroup
{
    private const string Name = "end_to_refused_p99";
    private const double Target = 100;
    private const int WarmUp = 50;

    public IReadOnlyList<string> Names => [Name];

    public async IAsyncEnumerable<Figure> MeasureAsync(BenchPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stack = await BrokerStack.StartAsync(cancellationToken);
        await using var verifier = await FeedVerifier.StartAsync(stack, cancellationToken);
        var evidence = stack.AgentEvidence(0);
        var latencies = new List<long>();
        for (var sample = 0; sample < WarmUp + plan.Samples; sample++) latencies.Add(await SampleAsync(stack, verifier, evidence, cancellationToken));
        var result = new LoadResult([.. latencies.Skip(WarmUp)], TimeSpan.Zero);
        yield return Describe("end_to_refused_p50", result.PercentileMilliseconds(0.5), plan);
        var p99 = result.PercentileMilliseconds(0.99);
        yield return Describe(Name, p99, plan) with { Target = $"< {Target} ms", Met = p99 < Target };
    }

    private static async Task<long> SampleAsync(BrokerStack stack, FeedVerifier verifier, string evidence, CancellationToken cancellationToken)
    {
        var agent = await Agent.OpenAsync(stack.Broker, evidence);
        var token = IssuedToken.Of(await agent.IssueAsync());
        if (verifier.Refuses(token)) throw new BenchException("A good token is refused.");
        var called = Stopwatch.GetTimestamp();
        var ended = agent.EndAsync();
        await verifier.UntilRefusedAsync(token, cancellationToken);
        var latency = Stopwatch.GetElapsedTime(called).Ticks;
        await ended;
        return latency;
    }

    private static Figure Describe(string name, double value, BenchPlan plan) => new(name, value, "ms") { Callers = 1, Rounds = plan.Samples };
}
