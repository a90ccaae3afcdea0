using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Forgets the store's time high-water mark after a clock fault has been mended.</summary>
internal static class ClockResetCommand
{
    private static readonly ReasonOption Reason = new();

    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("reset", "Forget how late the store's clock ever was, once a clock fault is mended.") { Reason.Option },
        host,
        global,
        OperatorRoles.PlatformAdmin,
        RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var time = await broker.Platform.ResetClockAsync(Reason.Read(session.Parsed), cancellationToken);
        session.Print.Record(new { StoreTime = time }, ("store time", $"{time:u}"));
        return ExitCodes.Ok;
    }
}
