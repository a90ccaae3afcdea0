using System.CommandLine;
using CredBroker.Cli.Output;
using CredBroker.Client;

namespace CredBroker.Cli;

/// <summary>One run of one command: its options and surroundings, and what goes wrong put into one line and an exit code.</summary>
internal sealed class Session
{
    private readonly CliHost _host;
    private readonly GlobalOptions _global;

    private Session(CliHost host, GlobalOptions global, ParseResult parsed)
    {
        _host = host;
        _global = global;
        Parsed = parsed;
        Print = new Printer(host.Out, host.IsTerminal, parsed.GetValue(global.Output));
    }

    public ParseResult Parsed { get; }

    public Printer Print { get; }

    public TextWriter Error => _host.Error;

    /// <summary>Gives a command its action.</summary>
    public static Command Run(Command command, CliHost host, GlobalOptions global, Func<Session, CancellationToken, Task<int>> action)
    {
        command.SetAction((parsed, cancellationToken) => GuardAsync(host, () => action(new Session(host, global, parsed), cancellationToken)));
        return command;
    }

    /// <summary>A client of the broker that the caller named.</summary>
    /// <param name="handleSignals">Whether SIGINT and SIGTERM end open tasks; false where the command handles them itself.</param>
    public CredBrokerClient Connect(bool handleSignals = true)
    {
        var address = Parsed.GetValue(_global.Address) ?? _host.Variable("CREDBROKER_ADDRESS");
        if (string.IsNullOrWhiteSpace(address)) throw new UsageException("Say where the broker is: --address or CREDBROKER_ADDRESS.");
        try
        {
            return _host.Connect(new CredBrokerOptions
            {
                Address = address,
                EvidenceFile = _host.Variable("CREDBROKER_EVIDENCE_FILE"),
                HandleSignals = handleSignals,
            });
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>The file that the task token is kept in; null where the caller named none.</summary>
    public TaskTokenFile? TokenFile =>
        _host.Variable("CREDBROKER_TASK_TOKEN_FILE") is { Length: > 0 } path ? new TaskTokenFile(path) : null;

    /// <summary>Joins the task whose token the caller's file holds.</summary>
    public async Task<BrokerTask> JoinAsync(ICredBroker broker, CancellationToken cancellationToken)
    {
        var file = TokenFile ?? throw new UsageException("Say which task: CREDBROKER_TASK_TOKEN_FILE names the file that `task open` wrote.");
        return await broker.JoinTaskAsync(await file.ReadAsync(cancellationToken), cancellationToken);
    }

    private static async Task<int> GuardAsync(CliHost host, Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (UsageException e)
        {
            await host.Error.WriteLineAsync($"usage: {e.Message}");
            return ExitCodes.Usage;
        }
        catch (EvidenceUnavailableException e)
        {
            await host.Error.WriteLineAsync($"usage: {e.Message}");
            return ExitCodes.Usage;
        }
        catch (BrokerRefusedException e)
        {
            var later = e.RetryAfter is { } delay ? $" (try again in {delay.TotalSeconds:0.#} s)" : "";
            await host.Error.WriteLineAsync($"refused: {e.Reason}: {e.Message}{later}");
            return ExitCodes.Refused;
        }
        catch (ApprovalPendingException e)
        {
            await host.Error.WriteLineAsync($"pending: {e.Message} Ask again with --approval {e.ApprovalId}.");
            return ExitCodes.Refused;
        }
        catch (BrokerUnavailableException e)
        {
            await host.Error.WriteLineAsync($"unavailable: {e.Message}");
            return ExitCodes.Unavailable;
        }
    }
}
