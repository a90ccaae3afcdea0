using System.Runtime.CompilerServices;
using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;
using CredBroker.Benchmarks.Vault;

namespace CredBroker.Benchmarks.Figures;

/// <summary>Issues of Vault-backed leases, beside the same two calls of Vault made without a broker, by as many callers in the same rounds.</summary>
internal sealed class VaultIssueFigure : IFigureGroup
{
    private const string Name = "vault_issue_ratio";
    private const double Target = 0.8;
    private const int Callers = 16;

    public IReadOnlyList<string> Names => [Name];

    public async IAsyncEnumerable<Figure> MeasureAsync(BenchPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var vault = await VaultProcess.StartAsync(cancellationToken);
        await using var stack = await BrokerStack.StartAsync(cancellationToken, settings: vault.Settings(), documents: BenchCatalogue.VaultDocuments);
        using var direct = await DirectVault.LogInAsync(vault, cancellationToken);
        var agents = await Agent.OpenManyAsync(stack, Callers);
        await ClosedLoop.RunAsync(Callers, plan.WarmUp, _ => direct.IssueAsync(), cancellationToken, plan.WarmUpCalls / 4);
        await ClosedLoop.RunAsync(Callers, plan.WarmUp, caller => agents[caller].IssueAsync(BenchCatalogue.VaultTemplate), cancellationToken, plan.WarmUpCalls / 4);
        var rounds = new List<VaultRound>();
        for (var round = 0; round < plan.Rounds; round++) rounds.Add(await RunAsync(plan, vault, stack, direct, agents, cancellationToken));
        var ratio = Median.Of(rounds.Select(round => round.Broker.Rate / round.Direct.Rate));
        yield return new Figure(Name, ratio, "1")
        {
            Anchor = "the same two calls without a broker, 1/s",
            AnchorValue = Median.Of(rounds.Select(round => round.Direct.Rate)),
            Target = $">= {Target}",
            Met = ratio >= Target,
            Callers = Callers,
            Rounds = rounds.Count,
        };
    }

    private static async Task<VaultRound> RunAsync(
        BenchPlan plan, VaultProcess vault, BrokerStack stack, DirectVault direct, Agent[] agents, CancellationToken cancellationToken)
    {
        var without = await ClosedLoop.RunAsync(Callers, plan.Round, _ => direct.IssueAsync(), cancellationToken);
        var (broker, redis) = (stack.Broker.Usage.Cpu, stack.Redis.Usage.Cpu);
        var with = await ClosedLoop.RunAsync(Callers, plan.Round, caller => agents[caller].IssueAsync(BenchCatalogue.VaultTemplate), cancellationToken);
        return new VaultRound(without, with, (stack.Broker.Usage.Cpu - broker) / with.Count, (stack.Redis.Usage.Cpu - redis) / with.Count);
    }

    /// <summary>One round.</summary>
    /// <param name="Direct">The two calls without a broker.</param>
    /// <param name="Broker">Issues of the broker, which makes the same two.</param>
    /// <param name="BrokerCpu">Processor time of the broker for each issue.</param>
    /// <param name="RedisCpu">Processor time of Redis for each issue.</param>
    private sealed record VaultRound(LoadResult Direct, LoadResult Broker, TimeSpan BrokerCpu, TimeSpan RedisCpu);
}
