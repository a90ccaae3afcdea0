using CredBroker.Benchmarks.Figures;
using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;

namespace CredBroker.Benchmarks;

/// <summary>
/// Two servers in the same rounds: the one of this checkout, and another build of it, or the same with other settings in its
/// environment. What the machine does meanwhile hits both alike, so a change can be judged on a machine that is not quiet.
/// </summary>
internal static class Comparison
{
    public const string Verb = "compare";
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private const int WarmUpCalls = 20_000;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);
    private const int Rounds = 9;

    // The other server's assembly where it is another build, then NAME=VALUE of its environment.
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var program = arguments.FirstOrDefault(argument => !argument.Contains('=', StringComparison.Ordinal));
        var settings = arguments.Where(argument => argument.Contains('=', StringComparison.Ordinal))
            .Select(argument => argument.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
        await using var echo = await EchoProcess.StartAsync(cancellationToken);
        await using var here = await BrokerStack.StartAsync(cancellationToken);
        await using var other = await BrokerStack.StartAsync(cancellationToken, program is null ? null : Path.GetFullPath(program), settings);
        foreach (var callers in new[] { 16, 64 }) await CompareAsync(echo, here, other, callers, cancellationToken);
        return 0;
    }

    private static async Task CompareAsync(EchoProcess echo, BrokerStack here, BrokerStack other, int callers, CancellationToken cancellationToken)
    {
        var (mine, others) = (await Agent.OpenManyAsync(here, callers), await Agent.OpenManyAsync(other, callers));
        await ClosedLoop.RunAsync(callers, WarmUp, caller => mine[caller].IssueAsync(), cancellationToken, WarmUpCalls);
        await ClosedLoop.RunAsync(callers, WarmUp, caller => others[caller].IssueAsync(), cancellationToken, WarmUpCalls);
        var rounds = new List<(IssueRound Here, IssueRound Other)>();
        for (var round = 0; round < Rounds; round++)
        {
            rounds.Add((
                await IssueRound.RunAsync(echo, here, callers, Round, caller => mine[caller].IssueAsync(), cancellationToken),
                await IssueRound.RunAsync(echo, other, callers, Round, caller => others[caller].IssueAsync(), cancellationToken)));
        }

        Say("rate, 1/s", round => round.Work.Rate);
        Say("echoes", round => round.Ratio);
        Say("broker, us", round => round.BrokerCpu.TotalMicroseconds);
        Say("redis, us", round => round.RedisCpu.TotalMicroseconds);
        Say("p50, ms", round => round.Work.PercentileMilliseconds(0.5));

        void Say(string what, Func<IssueRound, double> of) => Console.WriteLine(
            $"{callers} callers, {what}: here {Median.Of(rounds.Select(round => of(round.Here))):F1}, other {Median.Of(rounds.Select(round => of(round.Other))):F1}, "
            + $"here / other {Median.Of(rounds.Select(round => of(round.Here) / of(round.Other))):F3}");
    }
}
