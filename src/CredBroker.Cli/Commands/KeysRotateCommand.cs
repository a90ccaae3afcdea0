using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;
using Spectre.Console;

namespace CredBroker.Cli.Commands;

/// <summary>Makes a new signing key the current one.</summary>
internal static class KeysRotateCommand
{
    private static readonly ReasonOption Reason = new();
    private static readonly Option<bool> Emergency = new("--emergency") { Description = "Withdraw the old key at once: every token that it signed dies." };
    private static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask." };

    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("rotate", "Make a new signing key the current one.") { Reason.Option, Emergency, Yes }, host, global, OperatorRoles.PlatformAdmin, RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var reason = Reason.Read(session.Parsed);
        var emergency = session.Parsed.GetValue(Emergency);
        if (emergency && !await IsConfirmedAsync(session, cancellationToken))
        {
            await session.Error.WriteLineAsync("not confirmed: the answer was no; the key stays.");
            return ExitCodes.NotConfirmed;
        }
        var key = await broker.Platform.RotateSigningKeyAsync(emergency, reason, cancellationToken);
        session.Print.Record(new { KeyId = key, Emergency = emergency }, ("key", key), ("old key", emergency ? "withdrawn: its tokens are dead" : "verifies until its tokens have expired"));
        return ExitCodes.Ok;
    }

    private static async Task<bool> IsConfirmedAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Parsed.GetValue(Yes)) return true;
        if (!session.People.Profile.Capabilities.Interactive) throw new UsageException("Nobody can be asked: pass --yes.");
        return await session.People.PromptAsync(
            new ConfirmationPrompt("Every token that the current key has signed dies, in all tenants. Withdraw it?") { DefaultValue = false }, cancellationToken);
    }
}
