using System.Runtime.CompilerServices;
using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;
using CredBroker.Benchmarks.Seeding;

namespace CredBroker.Benchmarks.Figures;

/// <summary>A store with a million live leases beside one with a thousand.</summary>
internal sealed class MillionFigures : IFigureGroup
{
    private const string Ratio = "million_issue_ratio";
    private const string Memory = "million_redis_bytes";
    private const string Start = "million_start";
    private const string Resident = "million_broker_rss";
    private const int Few = 1_000;
    private const int Callers = 16;
    private const double Megabyte = 1024 * 1024;

    public IReadOnlyList<string> Names => [Ratio, Memory, Start, Resident];

    public async IAsyncEnumerable<Figure> MeasureAsync(BenchPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var few = await BrokerStack.StartStoreAsync(cancellationToken);
        await using var many = await BrokerStack.StartStoreAsync(cancellationToken);
        await SeedAsync(few, Few, cancellationToken);
        var bytes = await SeedAsync(many, plan.Million, cancellationToken);
        yield return new Figure(Memory, bytes, "B") { Target = "<= 1200 B a lease, all keys counted", Met = bytes <= 1_200, Scale = plan.Million };

        await few.StartBrokerAsync(cancellationToken);
        await many.StartBrokerAsync(cancellationToken);
        var started = many.Broker.StartedIn.TotalSeconds;
        yield return new Figure(Start, started, "s")
        {
            Anchor = "start at 1000 leases",
            AnchorValue = few.Broker.StartedIn.TotalSeconds,
            Ratio = started / few.Broker.StartedIn.TotalSeconds,
            Target = "< 3 s",
            Met = started < 3,
            Scale = plan.Million,
        };

        var rounds = await CompareAsync(plan, few, many, cancellationToken);
        var ratio = Median.Of(rounds.Select(round => round.Many.Rate / round.Few.Rate));
        yield return new Figure(Ratio, ratio, "1")
        {
            Anchor = "issue_token_rate at 1000 leases, 1/s",
            AnchorValue = Median.Of(rounds.Select(round => round.Few.Rate)),
            Target = ">= 0.9",
            Met = ratio >= 0.9,
            Callers = Callers,
            Rounds = rounds.Count,
            Scale = plan.Million,
        };
        var cpu = Median.Of(rounds.Select(round => round.Many.Cpu));
        yield return new Figure("million_issue_cpu", cpu, "us")
        {
            Anchor = "at 1000 leases",
            AnchorValue = Median.Of(rounds.Select(round => round.Few.Cpu)),
            Ratio = Median.Of(rounds.Select(round => round.Many.Cpu / round.Few.Cpu)),
            Callers = Callers,
            Rounds = rounds.Count,
            Scale = plan.Million,
        };
        var resident = many.Broker.Usage.ResidentBytes / Megabyte;
        yield return new Figure(Resident, resident, "MB")
        {
            Anchor = "at 1000 leases",
            AnchorValue = few.Broker.Usage.ResidentBytes / Megabyte,
            Target = "< 250 MB",
            Met = resident < 250,
            Scale = plan.Million,
        };
    }

    /// <returns>Bytes of Redis for each lease.</returns>
    private static async Task<double> SeedAsync(BrokerStack stack, int leases, CancellationToken cancellationToken)
    {
        await using var seeder = await LeaseSeeder.OpenAsync(stack.Redis.Address, cancellationToken);
        var before = await stack.Redis.UsedMemoryAsync();
        await seeder.SeedAsync(leases, cancellationToken);
        await stack.Redis.SettleAsync(cancellationToken);
        return (await stack.Redis.UsedMemoryAsync() - before) / (double)leases;
    }

    private static async Task<List<(MillionRound Few, MillionRound Many)>> CompareAsync(
        BenchPlan plan, BrokerStack few, BrokerStack many, CancellationToken cancellationToken)
    {
        await RoundAsync(few, plan.WarmUp, cancellationToken, plan.WarmUpCalls);
        await RoundAsync(many, plan.WarmUp, cancellationToken, plan.WarmUpCalls);
        var rounds = new List<(MillionRound Few, MillionRound Many)>();
        for (var round = 0; round < plan.Rounds; round++)
            rounds.Add((await RoundAsync(few, plan.Round, cancellationToken), await RoundAsync(many, plan.Round, cancellationToken)));
        return rounds;
    }

    /// <summary>Tasks of its own each time, so that what one round issues does not stand in the way of the next.</summary>
    private static async Task<MillionRound> RoundAsync(
        BrokerStack stack, TimeSpan duration, CancellationToken cancellationToken, int most = int.MaxValue)
    {
        var agents = await Agent.OpenManyAsync(stack, Callers);
        var before = stack.Broker.Usage.Cpu + stack.Redis.Usage.Cpu;
        var result = await ClosedLoop.RunAsync(Callers, duration, caller => agents[caller].IssueAsync(), cancellationToken, most);
        var cpu = stack.Broker.Usage.Cpu + stack.Redis.Usage.Cpu - before;
        await Task.WhenAll(agents.Select(agent => agent.EndAsync()));
        return new MillionRound(result.Rate, cpu.TotalMicroseconds / result.Count);
    }

    /// <summary>One round on one store.</summary>
    /// <param name="Rate">Issues in a second.</param>
    /// <param name="Cpu">Microseconds of broker and Redis for each.</param>
    private sealed record MillionRound(double Rate, double Cpu);
}
