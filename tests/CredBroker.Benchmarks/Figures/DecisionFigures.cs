using System.Diagnostics;
using System.Runtime.CompilerServices;
using CredBroker.Benchmarks.Micro;
using CredBroker.Benchmarks.Policies;
using CredBroker.Policy;

namespace CredBroker.Benchmarks.Figures;

/// <summary>What a decision costs, and how much more among a thousand policies and ten thousand templates. No network, no store.</summary>
internal sealed class DecisionFigures : IFigureGroup
{
    private const string Latency = "decision_p50";
    private const string Repeated = "decision_repeated_p50";
    private const string LargeRatio = "decision_large_set_ratio";
    private const string Load = "policy_load";
    private const double LatencyTarget = 0.2;
    private const double RatioTarget = 0.8;
    private const double LoadTarget = 5;

    private int _asked;

    public IReadOnlyList<string> Names => [Latency, Repeated, LargeRatio, Load];

    public async IAsyncEnumerable<Figure> MeasureAsync(BenchPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var small = DecisionSet.Small();
        using var large = DecisionSet.Large();
        await WarmUpAsync(small, cancellationToken);
        await WarmUpAsync(large, cancellationToken);

        var rounds = new List<(double Small, double Large, double Median, double Repeated)>();
        for (var round = 0; round < plan.Rounds; round++)
        {
            var first = await RunAsync(small, plan.Round, isNew: true, cancellationToken);
            var second = await RunAsync(large, plan.Round, isNew: true, cancellationToken);
            var again = await RunAsync(small, plan.Round, isNew: false, cancellationToken);
            rounds.Add((first.Rate, second.Rate, first.Median, again.Median));
        }

        var median = Median.Of(rounds.Select(round => round.Median));
        yield return new Figure(Latency, median, "ms") { Target = $"<= {LatencyTarget} ms", Met = median <= LatencyTarget, Callers = 1, Rounds = rounds.Count };
        yield return new Figure(Repeated, Median.Of(rounds.Select(round => round.Repeated)), "ms") { Callers = 1, Rounds = rounds.Count };
        var ratio = Median.Of(rounds.Select(round => round.Large / round.Small));
        yield return new Figure(LargeRatio, ratio, "x")
        {
            Anchor = "decision_rate",
            AnchorValue = Median.Of(rounds.Select(round => round.Small)),
            Target = $">= {RatioTarget}",
            Met = ratio >= RatioTarget,
            Callers = 1,
            Rounds = rounds.Count,
            Scale = DecisionSet.LargePolicies,
        };
        yield return new Figure(Load, large.LoadTime.TotalSeconds, "s")
        {
            Target = $"< {LoadTarget} s",
            Met = large.LoadTime.TotalSeconds < LoadTarget,
            Rounds = 1,
            Scale = DecisionSet.LargePolicies,
        };
    }

    /// <summary>Every template once, so that each instance has read what it is asked by, and then some.</summary>
    private async Task WarmUpAsync(DecisionSet set, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 4 * set.Templates.Count || i < 20_000; i++) await DecideAsync(set, i, isNew: true, cancellationToken);
    }

    private async Task<(double Rate, double Median)> RunAsync(DecisionSet set, TimeSpan length, bool isNew, CancellationToken cancellationToken)
    {
        var latencies = new List<double>();
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < length)
        {
            var asked = Stopwatch.GetTimestamp();
            await DecideAsync(set, latencies.Count, isNew, cancellationToken);
            latencies.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        }

        return (latencies.Count / Stopwatch.GetElapsedTime(begun).TotalSeconds, Median.Of(latencies));
    }

    /// <summary>Decides about what has never been asked before, or about what the set remembers.</summary>
    private async Task DecideAsync(DecisionSet set, int number, bool isNew, CancellationToken cancellationToken)
    {
        var task = isNew ? Sample.Task with { Purpose = $"reconcile invoice {_asked++}" } : Sample.Task;
        var request = new PolicyRequest { Task = task, Template = set.Templates[number * 7919 % set.Templates.Count], Requested = Capabilities.Read };
        var decision = await set.Evaluator.EvaluateAsync(request, cancellationToken);
        if (!decision.Allowed) throw new BenchException($"A decision is no: {decision.Message}");
    }
}
