using System.Globalization;
using System.Runtime.CompilerServices;
using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;

namespace CredBroker.Benchmarks.Figures;

/// <summary>What it takes to issue one durable token: task token, decision, audit line on disk, lease in Redis, signature.</summary>
internal sealed class IssueFigures : IFigureGroup
{
    private const double MostEchoes = 7.5;
    private const string Echo = EchoAnchor.Name;
    private static readonly (int Callers, double Target)[] Loads = [(16, 4_000), (64, 6_000)];

    public IReadOnlyList<string> Names =>
        [Echo, "issue_token_rate", "issue_token_latency_p50", "issue_token_latency_p99", "issue_with_open_task_rate"];

    public async IAsyncEnumerable<Figure> MeasureAsync(BenchPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var echo = await EchoProcess.StartAsync(cancellationToken);
        await using var stack = await BrokerStack.StartAsync(cancellationToken);
        var agents = await Agent.OpenManyAsync(stack, Loads.Max(load => load.Callers));
        await WarmUpAsync(plan, echo, agents, cancellationToken);
        var rate = 0.0;
        foreach (var (callers, target) in Loads)
        {
            var rounds = new List<IssueRound>();
            for (var round = 0; round < plan.Rounds; round++)
                rounds.Add(await IssueRound.RunAsync(echo, stack, callers, plan.Round, caller => agents[caller].IssueAsync(), cancellationToken));
            foreach (var figure in Describe(rounds, callers, target)) yield return figure;
            if (rate == 0) rate = Median.Of(rounds.Select(round => round.Work.Rate));
        }

        foreach (var figure in await LatencyAsync(plan, echo, agents, rate / 2, cancellationToken)) yield return figure;
        yield return await WithTaskAsync(plan, echo, stack, cancellationToken);
    }

    private static async Task WarmUpAsync(BenchPlan plan, EchoProcess echo, Agent[] agents, CancellationToken cancellationToken)
    {
        await ClosedLoop.RunAsync(agents.Length, plan.WarmUp, _ => echo.SayAsync(), cancellationToken, plan.WarmUpCalls);
        await ClosedLoop.RunAsync(agents.Length, plan.WarmUp, caller => agents[caller].IssueAsync(), cancellationToken, plan.WarmUpCalls);
    }

    private static IEnumerable<Figure> Describe(List<IssueRound> rounds, int callers, double target)
    {
        var echo = Median.Of(rounds.Select(round => round.Echo.Rate));
        var rate = Median.Of(rounds.Select(round => round.Work.Rate));
        var ratio = Median.Of(rounds.Select(round => round.Ratio));
        var echoCpu = Median.Of(rounds.Select(round => round.EchoCpu.TotalMicroseconds));
        var cpu = Median.Of(rounds.Select(round => (round.BrokerCpu + round.RedisCpu).TotalMicroseconds));
        yield return new Figure(Echo, echo, "1/s") { Callers = callers, Rounds = rounds.Count };
        yield return new Figure("issue_token_rate", rate, "1/s")
        {
            Anchor = Echo,
            AnchorValue = echo,
            Ratio = ratio,
            Target = $">= {target}/s or ratio <= {MostEchoes}",
            Met = rate >= target || ratio <= MostEchoes,
            Callers = callers,
            Rounds = rounds.Count,
        };
        yield return new Figure("issue_token_cpu", cpu, "us") { Anchor = "echo_cpu", AnchorValue = echoCpu, Ratio = cpu / echoCpu, Callers = callers, Rounds = rounds.Count };
        yield return new Figure("issue_token_cpu_redis", Median.Of(rounds.Select(round => round.RedisCpu.TotalMicroseconds)), "us") { Callers = callers, Rounds = rounds.Count };
    }

    /// <summary>At half the rate that was reached, with calls that come when they are due; the echo beside it shows what the generator adds.</summary>
    private static async Task<Figure[]> LatencyAsync(BenchPlan plan, EchoProcess echo, Agent[] agents, double rate, CancellationToken cancellationToken)
    {
        var (issues, echoes) = (new List<LoadResult>(), new List<LoadResult>());
        for (var round = 0; round < plan.Rounds; round++)
        {
            echoes.Add(await OpenLoop.RunAsync(rate, plan.Round, _ => echo.SayAsync(), cancellationToken));
            issues.Add(await OpenLoop.RunAsync(rate, plan.Round, number => agents[number % agents.Length].IssueAsync(), cancellationToken));
        }

        return [Latency("p50", 0.5, 2), Latency("p99", 0.99, 8)];

        Figure Latency(string name, double share, double target)
        {
            var (value, anchor) = (Middle(issues, share), Middle(echoes, share));
            return new Figure($"issue_token_latency_{name}", value, "ms")
            {
                Anchor = string.Create(CultureInfo.InvariantCulture, $"echo_latency_{name}, both at {rate:0}/s"),
                AnchorValue = anchor,
                Ratio = value / anchor,
                Target = $"<= {target} ms",
                Met = value <= target,
                Rounds = issues.Count,
            };
        }

        static double Middle(List<LoadResult> rounds, double share) => Median.Of(rounds.Select(round => round.PercentileMilliseconds(share)));
    }

    private static async Task<Figure> WithTaskAsync(BenchPlan plan, EchoProcess echo, BrokerStack stack, CancellationToken cancellationToken)
    {
        var (callers, _) = Loads[0];
        var evidence = Enumerable.Range(0, callers).Select(stack.AgentEvidence).ToArray();
        var rounds = new List<IssueRound>();
        // The first of them warms up what opens tasks.
        for (var round = 0; round <= plan.Rounds; round++)
            rounds.Add(await IssueRound.RunAsync(echo, stack, callers, plan.Round, OpenAndIssueAsync, cancellationToken));
        rounds.RemoveAt(0);
        return new Figure("issue_with_open_task_rate", Median.Of(rounds.Select(round => round.Work.Rate)), "1/s")
        {
            Anchor = Echo,
            AnchorValue = Median.Of(rounds.Select(round => round.Echo.Rate)),
            Ratio = Median.Of(rounds.Select(round => round.Ratio)),
            Callers = callers,
            Rounds = rounds.Count,
        };

        async Task OpenAndIssueAsync(int caller) => await (await Agent.OpenAsync(stack.Broker, evidence[caller])).IssueAsync();
    }
}
