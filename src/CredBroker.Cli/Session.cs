using System.CommandLine;
using CredBroker.Cli.Output;
using CredBroker.Cli.Responding;
using CredBroker.Client;
using CredBroker.Client.Operators;
using Spectre.Console;

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

    /// <summary>Where people are spoken to and asked.</summary>
    public IAnsiConsole People => _host.People;

    public TimeProvider Time => _host.Time;

    /// <summary>Whether the caller named an operator's token.</summary>
    public bool IsOperator => OperatorFile is not null;

    private OperatorTokenFile? OperatorFile =>
        _host.Variable("CREDBROKER_OPERATOR_TOKEN_FILE") is { Length: > 0 } path ? new OperatorTokenFile(path) : null;

    /// <summary>Gives a command its action.</summary>
    public static Command Run(Command command, CliHost host, GlobalOptions global, Func<Session, CancellationToken, Task<int>> action)
    {
        command.SetAction((parsed, cancellationToken) => GuardAsync(host, () => action(new Session(host, global, parsed), cancellationToken)));
        return command;
    }

    /// <summary>Gives a command of operators its action.</summary>
    /// <param name="command">The command; it gets the option <c>--role</c>.</param>
    /// <param name="host">Its surroundings.</param>
    /// <param name="global">Options of every command.</param>
    /// <param name="leastRole">The least role that it needs.</param>
    /// <param name="action">What it does.</param>
    public static Command RunAsOperator(
        Command command, CliHost host, GlobalOptions global, string leastRole, Func<Session, CredBrokerOperator, CancellationToken, Task<int>> action)
    {
        command.Add(global.Role);
        return Run(command, host, global, async (session, cancellationToken) =>
        {
            using var broker = session.ConnectAsOperator(leastRole);
            return await action(session, broker, cancellationToken);
        });
    }

    /// <summary>The broker that the caller named, as an operator.</summary>
    /// <param name="leastRole">The role whose token is taken from a development file where the caller names none.</param>
    public CredBrokerOperator ConnectAsOperator(string leastRole)
    {
        var file = OperatorFile ?? throw new UsageException("Say who you are: CREDBROKER_OPERATOR_TOKEN_FILE names the file with your operator token.");
        var choice = new RoleChoice(Parsed.GetValue(_global.Role), _host.Variable("CREDBROKER_OPERATOR_ROLE"), leastRole);
        var options = Options();
        return Made(() => new CredBrokerOperator(options, token => file.ReadAsync(choice, token), _host.Time));
    }

    /// <summary>A client of the broker that the caller named.</summary>
    /// <param name="handleSignals">Whether SIGINT and SIGTERM end open tasks; false where the command handles them itself.</param>
    public CredBrokerClient Connect(bool handleSignals = true)
    {
        var options = Options();
        options.EvidenceFile = _host.Variable("CREDBROKER_EVIDENCE_FILE");
        if (_host.Variable("CREDBROKER_ATTESTOR") is { Length: > 0 } attestor) options.Attestor = attestor;
        options.HandleSignals = handleSignals;
        return Made(() => _host.Connect(options));
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

    private CredBrokerOptions Options()
    {
        var address = Parsed.GetValue(_global.Address) ?? _host.Variable("CREDBROKER_ADDRESS");
        if (string.IsNullOrWhiteSpace(address)) throw new UsageException("Say where the broker is: --address or CREDBROKER_ADDRESS.");
        return new CredBrokerOptions { Address = address };
    }

    private static T Made<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
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
