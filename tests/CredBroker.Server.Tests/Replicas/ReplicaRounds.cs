using CredBroker.Protocol.V1;
using CredBroker.Testing.Replicas;
using CredBroker.Testing.Verification;

namespace CredBroker.Server.Tests.Replicas;

/// <summary>One load over several brokers of which one is killed and each is then stopped in turn, and what has to hold after it.</summary>
internal sealed class ReplicaRounds(string store, string redis, int replicas, double rate)
{
    private const int Agents = 24;
    private const int MostWarnings = 20;
    private static readonly TimeSpan ExpiryPatience = TimeSpan.FromSeconds(60);

    /// <summary>Runs it.</summary>
    /// <param name="between">How many more leases must be acknowledged between two disturbances.</param>
    /// <param name="mostLag">How late a lease may expire.</param>
    public async Task RunAsync(int between, TimeSpan mostLag)
    {
        await using var set = await ReplicaSet.StartAsync(redis, replicas);
        using var channel = BalancedChannel.To(set.Addresses);
        var agents = await Task.WhenAll(Enumerable.Range(0, Agents).Select(number => LoadedAgent.OpenAsync(channel, set.EvidenceOf($"agent/load-{number}"))));
        await using var load = new IssueLoad(agents, rate);

        await MoreAsync(load, between);
        await set.KillAndRestartAsync(0);
        var exitCodes = new List<int>();
        for (var replica = 0; replica < replicas; replica++)
        {
            await MoreAsync(load, between);
            exitCodes.Add(await set.StopAndRestartAsync(replica));
        }

        await MoreAsync(load, between);
        await load.StopAsync();
        await UntilExpiredAsync(agents);
        var account = await ReadAsync(set, agents);
        await TestContext.Out.WriteLineAsync(account.Describe(store, rate, load));
        foreach (var warning in set.Warnings.GroupBy(warning => warning).Take(MostWarnings)) await TestContext.Out.WriteLineAsync($"{warning.Count()}x {warning.Key}");
        AssertRight(account, load, exitCodes, mostLag);
        var receipts = await Task.WhenAll(agents.Select(agent => agent.EndAsync()));
        Assert.That(receipts.Sum(receipt => receipt.Pending), Is.Zero);
        Assert.That((await ReplicaAccount.ReadAsync(set, agents)).Lost, Is.Empty);
    }

    private static void AssertRight(ReplicaAccount account, IssueLoad load, List<int> exitCodes, TimeSpan mostLag) => Assert.Multiple(() =>
    {
        Assert.That(load.Failures, Is.Empty, "an ordinary client's repetitions mend all of it");
        Assert.That(exitCodes, Is.All.Zero);
        Assert.That(account.Lost, Is.Empty);
        Assert.That(account.Unclaimed, Is.Empty, "a repetition gets the lease of the first call");
        Assert.That(account.Wrong, Is.Empty);
        Assert.That(account.WithoutLine, Is.Empty);
        Assert.That(account.WithoutEndLine, Is.Empty);
        Assert.That(account.ExpiredCount, Is.Positive);
        Assert.That(account.LongestLag, Is.LessThan(mostLag));
        Assert.That(account.Issues, Is.All.Positive, "each of them does some of the work");
    });

    private static async Task MoreAsync(IssueLoad load, int more)
    {
        var until = load.Acknowledged + more;
        await Eventually.IsTrueAsync(() => load.Acknowledged >= until, $"{until} leases are acknowledged", ExpiryPatience);
    }

    private static async Task UntilExpiredAsync(IReadOnlyList<LoadedAgent> agents)
    {
        foreach (var agent in agents)
        {
            await Eventually.IsTrueAsync(
                async () => (await agent.ListAsync()).All(lease => lease.State != LeaseState.Active || !agent.Acknowledged.GetValueOrDefault(lease.Id)),
                "the brief leases have expired",
                ExpiryPatience);
        }
    }

    /// <summary>Lines of ends are written a moment later, and those that a killed broker owed some seconds later.</summary>
    private static async Task<ReplicaAccount> ReadAsync(ReplicaSet set, IReadOnlyList<LoadedAgent> agents)
    {
        ReplicaAccount account = await ReplicaAccount.ReadAsync(set, agents);
        await Eventually.IsTrueAsync(
            async () => account.WithoutEndLine.Count == 0 || (account = await ReplicaAccount.ReadAsync(set, agents)).WithoutEndLine.Count == 0,
            "each end is on record",
            ExpiryPatience);
        return account;
    }
}
