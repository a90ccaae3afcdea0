using System.Runtime.CompilerServices;
using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;
using CredBroker.Benchmarks.Vault;

namespace CredBroker.Benchmarks.Figures;

/// <summary>
/// Issues of Vault-backed leases, beside the same two calls of Vault made without a broker, by as many callers in the same rounds. The
/// double that stands in for Vault is measured twice: with its tokens and leases on disk before it tells of them, as a Vault in production has
/// them, and in memory, where it costs next to nothing and the two processors are what is shared.
/// </summary>
internal sealed class VaultIssueFigure : IFigureGroup
{
    private const string Name = "vault_issue_ratio";
    private const string InMemory = "vault_issue_ratio_in_memory";
    private const double Target = 0.8;
    private const int Callers = 16;

    public IReadOnlyList<string> Names => [Name, InMemory];

    public async IAsyncEnumerable<Figure> MeasureAsync(BenchPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var isDurable in new[] { true, false })
        {
            var rounds = await MeasureAsync(plan, isDurable, cancellationToken);
            var ratio = Median.Of(rounds.Select(round => round.Broker.Rate / round.Direct.Rate));
            yield return new Figure(isDurable ? Name : InMemory, ratio, "1")
            {
                Anchor = "the same two calls without a broker, 1/s",
                AnchorValue = Median.Of(rounds.Select(round => round.Direct.Rate)),
                Target = isDurable ? $">= {Target}" : null,
                Met = isDurable ? ratio >= Target : null,
                Callers = Callers,
                Rounds = rounds.Count,
            };
            var cpu = Median.Of(rounds.Select(round => (round.BrokerCpu + round.RedisCpu).TotalMicroseconds));
            yield return new Figure(isDurable ? "vault_issue_cpu" : "vault_issue_cpu_in_memory", cpu, "us")
            {
                Anchor = "the double of Vault for the same issue, us",
                AnchorValue = Median.Of(rounds.Select(round => round.VaultCpu.TotalMicroseconds)),
                Callers = Callers,
                Rounds = rounds.Count,
            };
        }
    }

    private static async Task<List<VaultRound>> MeasureAsync(BenchPlan plan, bool isDurable, CancellationToken cancellationToken)
    {
        await using var vault = await VaultProcess.StartAsync(isDurable, cancellationToken);
        await using var stack = await BrokerStack.StartAsync(cancellationToken, settings: vault.Settings(), documents: BenchCatalogue.VaultDocuments);
        using var direct = await DirectVault.LogInAsync(vault, cancellationToken);
        var agents = await Agent.OpenManyAsync(stack, Callers);
        await ClosedLoop.RunAsync(Callers, plan.WarmUp, _ => direct.IssueAsync(), cancellationToken, plan.WarmUpCalls / 4);
        await ClosedLoop.RunAsync(Callers, plan.WarmUp, Issue, cancellationToken, plan.WarmUpCalls / 4);
        var rounds = new List<VaultRound>();
        for (var round = 0; round < plan.Rounds; round++)
        {
            var without = await ClosedLoop.RunAsync(Callers, plan.Round, _ => direct.IssueAsync(), cancellationToken);
            var (broker, redis, standIn) = (stack.Broker.Usage.Cpu, stack.Redis.Usage.Cpu, vault.Usage.Cpu);
            var with = await ClosedLoop.RunAsync(Callers, plan.Round, Issue, cancellationToken);
            rounds.Add(new VaultRound(
                without,
                with,
                (stack.Broker.Usage.Cpu - broker) / with.Count,
                (stack.Redis.Usage.Cpu - redis) / with.Count,
                (vault.Usage.Cpu - standIn) / with.Count));
        }

        return rounds;

        Task Issue(int caller) => agents[caller].IssueAsync(BenchCatalogue.VaultTemplate);
    }

    /// <summary>One round.</summary>
    /// <param name="Direct">The two calls without a broker.</param>
    /// <param name="Broker">Issues of the broker, which makes the same two.</param>
    /// <param name="BrokerCpu">Processor time of the broker for each issue.</param>
    /// <param name="RedisCpu">Processor time of Redis for each issue.</param>
    /// <param name="VaultCpu">Processor time of the double for each issue.</param>
    private sealed record VaultRound(LoadResult Direct, LoadResult Broker, TimeSpan BrokerCpu, TimeSpan RedisCpu, TimeSpan VaultCpu);
}
