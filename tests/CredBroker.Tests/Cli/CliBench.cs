using System.Text.Json;
using CredBroker.Cli;
using CredBroker.Client;
using CredBroker.Testing.Broker;

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

    public string Out { get; private set; } = "";

    public string Error { get; private set; } = "";

    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public static async Task<CliBench> StartAsync() => new(await FakeBroker.StartAsync());

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
        Directory.Delete(Folder, recursive: true);
    }
}
