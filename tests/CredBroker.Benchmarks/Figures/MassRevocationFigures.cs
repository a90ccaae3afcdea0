using System.Diagnostics;
using System.Runtime.CompilerServices;
using CredBroker.Benchmarks.Feed;
using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;
using CredBroker.Benchmarks.Seeding;
using CredBroker.Protocol.V1;

namespace CredBroker.Benchmarks.Figures;

/// <summary>An operator revokes everything of a template: when a verifier refuses, and when the last lease is dead.</summary>
internal sealed class MassRevocationFigures : IFigureGroup
{
    private const string Fence = "fence_effective";
    private const string Drain = "mass_revoke_drain";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(3);

    public IReadOnlyList<string> Names => [Fence, Drain];

    public async IAsyncEnumerable<Figure> MeasureAsync(BenchPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rounds = new List<(TimeSpan Fenced, TimeSpan Drained)>();
        for (var round = 0; round < (plan.IsQuick ? 1 : 3); round++) rounds.Add(await RevokeAsync(plan.MassRevocation, cancellationToken));
        var fenced = Median.Of(rounds.Select(round => round.Fenced.TotalSeconds));
        var drained = Median.Of(rounds.Select(round => round.Drained.TotalSeconds));
        yield return new Figure(Fence, fenced, "s") { Target = "< 1 s", Met = fenced < 1, Rounds = rounds.Count, Scale = plan.MassRevocation };
        yield return new Figure(Drain, drained, "s") { Target = "< 10 s", Met = drained < 10, Rounds = rounds.Count, Scale = plan.MassRevocation };
    }

    private static async Task<(TimeSpan Fenced, TimeSpan Drained)> RevokeAsync(int leases, CancellationToken cancellationToken)
    {
        await using var stack = await BrokerStack.StartStoreAsync(cancellationToken, settings: BrokerStack.WithOperators);
        await using (var seeder = await LeaseSeeder.OpenAsync(stack.Redis.Address, cancellationToken)) await seeder.SeedAsync(leases, cancellationToken);
        await stack.Redis.SettleAsync(cancellationToken);
        await stack.StartBrokerAsync(cancellationToken);
        await using var verifier = await FeedVerifier.StartAsync(stack, cancellationToken);
        var agent = await Agent.OpenAsync(stack.Broker, stack.AgentEvidence(0));
        var token = IssuedToken.Of(await agent.IssueAsync());
        var responder = new Responder(stack);
        var selector = new LeaseSelector { Tenant = BenchCatalogue.Tenant, Template = BenchCatalogue.Template };
        var previewed = await responder.PreviewAsync(selector);
        if (previewed != leases + 1 || verifier.Refuses(token)) throw new BenchException($"{leases + 1} leases should be live; {previewed} are.");

        var ordered = Stopwatch.GetTimestamp();
        var order = responder.RevokeAsync(selector, previewed);
        await verifier.UntilRefusedAsync(token, cancellationToken);
        var fenced = Stopwatch.GetElapsedTime(ordered);
        var id = (await order).Id;
        await responder.UntilDoneAsync(id, previewed, Poll, DrainLimit, cancellationToken);
        var drained = Stopwatch.GetElapsedTime(ordered);
        var left = await responder.PreviewAsync(selector);
        return left == 0 ? (fenced, drained) : throw new BenchException($"{left} leases are left after the order was done.");
    }
}
