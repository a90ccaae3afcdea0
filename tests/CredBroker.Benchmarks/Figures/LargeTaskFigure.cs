using System.Diagnostics;
using System.Runtime.CompilerServices;
using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;

namespace CredBroker.Benchmarks.Figures;

/// <summary>The end of a task with very many leases: the longest that Redis is held by any one script, and how long all of it takes.</summary>
internal sealed class LargeTaskFigure : IFigureGroup
{
    private const string Longest = "large_task_longest_script";
    private const double Target = 10;
    private const int Callers = 64;

    public IReadOnlyList<string> Names => [Longest];

    public async IAsyncEnumerable<Figure> MeasureAsync(BenchPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stack = await BrokerStack.StartAsync(cancellationToken);
        var rounds = new List<(TimeSpan Longest, TimeSpan Ended)>();
        for (var round = 0; round < (plan.IsQuick ? 1 : 3); round++) rounds.Add(await EndAsync(stack, plan.LargeTask, cancellationToken));
        var longest = Median.Of(rounds.Select(round => round.Longest.TotalMilliseconds));
        yield return new Figure(Longest, longest, "ms") { Target = $"<= {Target} ms", Met = longest <= Target, Rounds = rounds.Count, Scale = plan.LargeTask };
        yield return new Figure("large_task_end", Median.Of(rounds.Select(round => round.Ended.TotalSeconds)), "s") { Rounds = rounds.Count, Scale = plan.LargeTask };
    }

    private static async Task<(TimeSpan Longest, TimeSpan Ended)> EndAsync(BrokerStack stack, int leases, CancellationToken cancellationToken)
    {
        var agent = await Agent.OpenAsync(stack.Broker, stack.AgentEvidence(0));
        await ClosedLoop.RunAsync(Callers, TimeSpan.FromMinutes(2), _ => agent.IssueAsync(), cancellationToken, leases);
        await stack.Redis.SettleAsync(cancellationToken);
        await stack.Redis.WatchSlowCallsAsync();
        var begun = Stopwatch.GetTimestamp();
        var receipt = await agent.EndAsync();
        var ended = Stopwatch.GetElapsedTime(begun);
        if (receipt.Total < leases / Callers * Callers || receipt.Pending > 0) throw new BenchException($"{receipt.Total} leases were ended and {receipt.Pending} are pending.");
        return (await stack.Redis.SlowestCallAsync(), ended);
    }
}
