using System.CommandLine;
using CredBroker.Cli.Exec;
using CredBroker.Client;

namespace CredBroker.Cli.Commands;

/// <summary>Runs a command within a task of its own: the credential is in its environment, and dies with it.</summary>
internal static class ExecCommand
{
    private static readonly CredentialOptions Wanted = new();
    private static readonly Option<string> Purpose = new("--purpose") { Description = "What the task is for; without it, \"exec\" and the command's name." };
    private static readonly Option<string> Intent = new("--intent") { Description = "What is going to be done, in a sentence." };

    private static readonly Option<string[]> Env = new("--env")
    {
        Description = "Name the variable for one part of the credential; may be repeated. A token's one part is called token.",
        HelpName = "NAME=key",
    };

    private static readonly Argument<string[]> Words = new("command")
    {
        Description = "The command to run, after --.",
        Arity = ArgumentArity.OneOrMore,
        CaptureRemainingTokens = true,
    };

    public static Command Create(CliHost host, GlobalOptions global)
    {
        var command = new Command("exec", "Run a command with a credential that dies when it ends.") { Purpose, Intent, Env, Words };
        Wanted.AddTo(command);
        return Session.Run(command, host, global, RunAsync);
    }

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var parsed = session.Parsed;
        var words = parsed.GetRequiredValue(Words);
        var names = VariableNames.Parse(parsed.GetValue(Env) ?? []);
        var program = ProgramFile.Find(words[0]);
        if (program.Path is null)
        {
            await session.Error.WriteLineAsync($"credbroker: {words[0]}: {program.Fault}");
            return program.ExitCode;
        }
        using var signals = new SignalRelay();
        await using var broker = session.Connect(handleSignals: false);
        try
        {
            var request = new TaskRequest(parsed.GetValue(Purpose) ?? $"exec {Path.GetFileName(words[0])}") { Intent = parsed.GetValue(Intent) ?? "" };
            await using var task = await broker.OpenTaskAsync(request, signals.EarlyStop);
            // Whatever happens between here and the end of the block, its disposal ends the task.
            return await RunInAsync(session, task, names, program.Path, words[1..], signals);
        }
        catch (OperationCanceledException) when (signals.EarlyStop.IsCancellationRequested)
        {
            return ExitCodes.Signalled + signals.EarlySignal;
        }
    }

    private static async Task<int> RunInAsync(
        Session session, BrokerTask task, VariableNames names, string program, IReadOnlyList<string> arguments, SignalRelay signals)
    {
        int code;
        try
        {
            var credential = await task.IssueAsync(Wanted.Read(session.Parsed), signals.EarlyStop);
            // A renewed token would never reach the command; a secret keeps its value when it is renewed.
            if (credential.IsToken) credential.StopRenewing();
            await using var warning = task.Ended.Register(
                () => session.Error.WriteLine($"credbroker: the broker ended task {task.Id}; its credential is dead."));
            code = await ChildProcess.RunAsync(program, arguments, names.VariablesFor(credential), signals, session.Error);
        }
        catch (Exception)
        {
            task.Fail("the command was not run");
            throw;
        }
        await EndAsync(session, task, code);
        return code;
    }

    private static async Task EndAsync(Session session, BrokerTask task, int code)
    {
        if (task.Ended.IsCancellationRequested) return;
        if (code != 0) task.Fail($"exit code {code}");
        try
        {
            await task.EndAsync();
        }
        catch (BrokerException e)
        {
            await session.Error.WriteLineAsync($"credbroker: task {task.Id} could not be ended and dies without heartbeats: {e.Message}");
        }
    }
}
