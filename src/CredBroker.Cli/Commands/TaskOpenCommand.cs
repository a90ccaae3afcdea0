using System.CommandLine;
using CredBroker.Cli.Output;
using CredBroker.Client;

namespace CredBroker.Cli.Commands;

/// <summary>Opens a task and leaves it open: whoever has the token keeps it alive and ends it.</summary>
internal static class TaskOpenCommand
{
    private static readonly Option<string> Purpose = new("--purpose") { Description = "What the task is for, in a word or two.", Required = true };
    private static readonly Option<string> Intent = new("--intent") { Description = "What is going to be done, in a sentence." };
    private static readonly Option<string> Ref = new("--ref") { Description = "Your own name for the task." };
    private static readonly Option<TimeSpan?> MaxDuration = DurationText.Option("--max-duration", "How long the task may take");
    private static readonly Option<TimeSpan?> Heartbeat = DurationText.Option("--heartbeat", "How often `task heartbeat` will come");
    private static readonly Option<bool> ShowToken = new("--show-token") { Description = "Print the task token, a secret." };

    public static Command Create(CliHost host, GlobalOptions global) => Session.Run(
        new Command("open", "Open a task; its token goes to the file that CREDBROKER_TASK_TOKEN_FILE names.")
        {
            Purpose,
            Intent,
            Ref,
            MaxDuration,
            Heartbeat,
            ShowToken,
        },
        host,
        global,
        RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var parsed = session.Parsed;
        var showToken = parsed.GetValue(ShowToken);
        var file = session.TokenFile;
        if (file is null && !showToken)
            throw new UsageException("Say where the task token goes: set CREDBROKER_TASK_TOKEN_FILE, or pass --show-token.");
        await using var broker = session.Connect();
        await using var task = await broker.OpenTaskAsync(
            new TaskRequest(parsed.GetRequiredValue(Purpose))
            {
                Intent = parsed.GetValue(Intent) ?? "",
                TaskRef = parsed.GetValue(Ref),
                MaxDuration = parsed.GetValue(MaxDuration),
                HeartbeatInterval = parsed.GetValue(Heartbeat),
            },
            cancellationToken);
        var token = await KeepAsync(task, file);
        session.Print.Record(
            new OpenedTask(
                task.Id, task.Purpose, task.Subject, task.Tenant, task.Deadline, task.HeartbeatInterval?.TotalSeconds, file?.Path, showToken ? token : null),
            ("task", task.Id),
            ("purpose", task.Purpose),
            ("attested as", task.Subject),
            ("tenant", task.Tenant),
            ("ends by", $"{task.Deadline:u}"),
            ("heartbeat within", task.HeartbeatInterval is { } interval ? $"{interval.TotalSeconds:0.#} s" : null),
            ("token file", file?.Path),
            ("token", showToken ? token : null));
        return ExitCodes.Ok;
    }

    private static async Task<string> KeepAsync(BrokerTask task, TaskTokenFile? file)
    {
        var token = task.Detach();
        try
        {
            file?.Write(token);
            return token;
        }
        catch (UsageException)
        {
            // Nobody holds the token, so nobody could end the task.
            await task.EndAsync("failed: the task token could not be kept");
            throw;
        }
    }
}
