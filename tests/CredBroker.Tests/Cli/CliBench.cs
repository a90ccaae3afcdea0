using System.Text.Json;
using CredBroker.Cli;
using CredBroker.Client;
using CredBroker.Testing.Broker;
using Spectre.Console.Testing;

namespace CredBroker.Tests.Cli;

/// <summary>The command line against a fake broker, with a folder of its own.</summary>
internal sealed class CliBench : IAsyncDisposable
{
    private CliBench(FakeBroker broker)
    {
        Broker = broker;
        Folder = Directory.CreateTempSubdirectory("credbroker-cli-").FullName;
        File.WriteAllText(PathOf("svid.jwt"), "the-svid");
        Variables["CREDBROKER_ADDRESS"] = broker.Address;
        Variables["CREDBROKER_EVIDENCE_FILE"] = PathOf("svid.jwt");
        Variables["CREDBROKER_TASK_TOKEN_FILE"] = PathOf("task.token");
    }

    public FakeBroker Broker { get; }

    public string Folder { get; }

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Where people are spoken to; nobody is there to be asked unless a test says so.</summary>
    public TestConsole People { get; } = new TestConsole().Width(400);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public string Out { get; private set; } = "";

    public string Error { get; private set; } = "";

    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public static async Task<CliBench> StartAsync() => new(await FakeBroker.StartAsync());

    public static async Task<CliBench> StartAsOperatorAsync()
    {
        var bench = await StartAsync();
        bench.SignIn();
        return bench;
    }

    /// <summary>Gives the caller an operator's token, in a file that is its owner's alone.</summary>
    public void SignIn(string token = "op-alice")
    {
        var file = PathOf("operator");
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(file, options)) writer.WriteLine(token);
        Variables["CREDBROKER_OPERATOR_TOKEN_FILE"] = file;
    }

    /// <summary>Puts a person before the screen who types these lines.</summary>
    public void Typing(params string[] lines)
    {
        People.Interactive();
        foreach (var line in lines) People.Input.PushTextWithEnter(line);
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public async Task<int> RunAsync(params string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var host = new CliHost
        {
            Out = output,
            Error = error,
            IsTerminal = false,
            People = People,
            Time = Time,
            Variable = name => Variables.GetValueOrDefault(name),
            Connect = options => new CredBrokerClient(options),
        };
        var code = await CommandLine.RunAsync(args, host);
        Out = output.ToString();
        Error = error.ToString();
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        People.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
