using CredBroker.Benchmarks.Load;
using CredBroker.Benchmarks.Processes;

namespace CredBroker.Benchmarks;

/// <summary>The bare echo just before each group of figures: how fast the machine is at that time, for figures without an anchor of their own.</summary>
internal sealed class EchoAnchor : IAsyncDisposable
{
    /// <summary>What the figure is called.</summary>
    public const string Name = "echo_rate";

    private const int Callers = 16;
    private readonly BenchPlan _plan;
    private readonly EchoProcess _echo;
    private double _rate;

    private EchoAnchor(BenchPlan plan, EchoProcess echo) => (_plan, _echo) = (plan, echo);

    /// <summary>Starts the echo and warms it up.</summary>
    public static async Task<EchoAnchor> StartAsync(BenchPlan plan, CancellationToken cancellationToken)
    {
        var anchor = new EchoAnchor(plan, await EchoProcess.StartAsync(cancellationToken));
        try
        {
            await ClosedLoop.RunAsync(Callers, plan.WarmUp, _ => anchor._echo.SayAsync(), cancellationToken, plan.WarmUpCalls);
            return anchor;
        }
        catch
        {
            await anchor.DisposeAsync();
            throw;
        }
    }

    /// <summary>Measures it now.</summary>
    public async Task MeasureAsync(CancellationToken cancellationToken) =>
        _rate = (await ClosedLoop.RunAsync(Callers, _plan.Round, _ => _echo.SayAsync(), cancellationToken)).Rate;

    /// <summary>The figure with its own anchor, or with this one.</summary>
    public Figure StandBeside(Figure figure) =>
        figure.Anchor is null && figure.Name != Name ? figure with { Anchor = $"{Name}, 1/s", AnchorValue = _rate } : figure;

    public ValueTask DisposeAsync() => _echo.DisposeAsync();
}
