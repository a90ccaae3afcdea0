using CredBroker.Benchmarks.Figures;
using CredBroker.Benchmarks.Micro;

namespace CredBroker.Benchmarks;

/// <summary><c>bench [--quick] [NAME…]</c>, <c>bench micro [ARGUMENTS of BenchmarkDotNet]</c> or <c>bench compare [SERVER] [NAME=VALUE…]</c>.</summary>
internal static class BenchCommand
{
    private const string Quick = "--quick";

    private static readonly IFigureGroup[] Groups =
    [
        new DecisionFigures(), new IssueFigures(), new EndToRefusedFigure(), new ExpiryLagFigure(), new LargeTaskFigure(), new MassRevocationFigures(), new MillionFigures(),
        new VaultIssueFigure(), new HealthyBackendFigure(),
    ];

    /// <returns>0, 1 where a measurement failed, 2 for a name that there is not. A target that is missed is no failure.</returns>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        if (arguments is [MicroBenchmarks.Verb, .. var rest]) return MicroBenchmarks.Run(rest);
        if (arguments is [Comparison.Verb, .. var other]) return await Comparison.RunAsync(other, cancellationToken);
        var plan = new BenchPlan(arguments.Contains(Quick));
        string[] names = [.. arguments.Where(argument => argument != Quick)];
        var known = Groups.SelectMany(group => group.Names).ToHashSet(StringComparer.Ordinal);
        if (names.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no figure '{unknown}'. There are: {string.Join(' ', known)}");
            return 2;
        }

        using var limit = new CancellationTokenSource(plan.Limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await using var echo = await EchoAnchor.StartAsync(plan, either.Token);
        var failed = 0;
        foreach (var group in Groups.Where(group => names.Length == 0 || group.Names.Any(names.Contains)))
            if (!await TryMeasureAsync(group, plan, names, echo, either.Token)) failed = 1;
        return failed;
    }

    private static async Task<bool> TryMeasureAsync(IFigureGroup group, BenchPlan plan, string[] names, EchoAnchor echo, CancellationToken cancellationToken)
    {
        try
        {
            await echo.MeasureAsync(cancellationToken);
            // What comes along with a figure that was asked for is told too, where nobody else has the name.
            await foreach (var figure in group.MeasureAsync(plan, cancellationToken))
                if (names.Length == 0 || names.Contains(figure.Name) || !group.Names.Contains(figure.Name)) await Console.Out.WriteLineAsync(echo.StandBeside(figure).ToJson());
            return true;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            await Console.Error.WriteLineAsync($"{string.Join(", ", group.Names)}: {fault.Message}");
            return false;
        }
    }
}
