using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;

namespace CredBroker.Benchmarks.Figures;

/// <summary>One round: the bare echo, then the work, by the same callers for the same time.</summary>
/// <param name="Echo">The echo.</param>
/// <param name="Work">The work.</param>
/// <param name="EchoCpu">Processor time of the echo's server for each call.</param>
/// <param name="BrokerCpu">Processor time of the broker for each call of the work.</param>
/// <param name="RedisCpu">Processor time of Redis for each call of the work.</param>
internal sealed record IssueRound(LoadResult Echo, LoadResult Work, TimeSpan EchoCpu, TimeSpan BrokerCpu, TimeSpan RedisCpu)
{
    /// <summary>How many echoes one call of the work costs.</summary>
    public double Ratio => Echo.Rate / Work.Rate;

    public static async Task<IssueRound> RunAsync(
        EchoProcess echo, BrokerStack stack, int callers, TimeSpan duration, Func<int, Task> work, CancellationToken cancellationToken)
    {
        var echoBefore = echo.Usage.Cpu;
        var said = await ClosedLoop.RunAsync(callers, duration, _ => echo.SayAsync(), cancellationToken);
        var echoCpu = (echo.Usage.Cpu - echoBefore) / said.Count;
        var (broker, redis) = (stack.Broker.Usage.Cpu, stack.Redis.Usage.Cpu);
        var worked = await ClosedLoop.RunAsync(callers, duration, work, cancellationToken);
        return new IssueRound(
            said, worked, echoCpu, (stack.Broker.Usage.Cpu - broker) / worked.Count, (stack.Redis.Usage.Cpu - redis) / worked.Count);
    }
}
