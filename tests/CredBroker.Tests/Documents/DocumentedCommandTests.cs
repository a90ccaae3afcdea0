using CredBroker.Protocol.V1;
using CredBroker.Testing;
using CredBroker.Testing.Broker;
using CredBroker.Tests.Cli;

namespace CredBroker.Tests.Documents;

/// <summary>Every command that a document shows is one that works; those of <c>credbroker</c> are given here.</summary>
[TestFixture, Category("Unit")]
public sealed class DocumentedCommandTests
{
    private const string Broker = "credbroker ";
    private const string BrokerFromSource = "dotnet run --project src/CredBroker.Cli -- ";

    /// <summary>What other tests or scripts run, by how it begins: the file that does.</summary>
    private static readonly Dictionary<string, string> RunElsewhere = new()
    {
        ["git clone <this repository>"] = ".ci/run",
        ["./build.sh demo"] = "tests/CredBroker.Server.Tests/Samples/StageTests.cs",
        ["./build.sh test"] = ".ci/run",
        ["samples/agent-in-shell/run.sh"] = "tests/CredBroker.Server.Tests/Samples/StageTests.cs",
        ["samples/agent-in-typescript/run.sh"] = "tests/CredBroker.Server.Tests/Samples/StageTests.cs",
        ["samples/incident-drill/run.sh"] = "tests/CredBroker.Server.Tests/Samples/StageTests.cs",
        ["npm ci"] = "samples/agent-in-typescript/run.sh",
        ["CREDBROKER_ADDRESS=http://127.0.0.1:7070 CREDBROKER_EVIDENCE_FILE=agent.jwt ORDERS_API_URL=http://127.0.0.1:7080 npm start"] = "samples/agent-in-typescript/run.sh",
        ["dotnet run --project samples/DevIssuer -- "] = "tests/CredBroker.Server.Tests/Documents/ReadmeTests.cs",
        ["dotnet run --project src/CredBroker.Server -- "] = "tests/CredBroker.Server.Tests/Documents/ReadmeTests.cs",
        ["dotnet run --project samples/OrdersApi -- "] = "samples/stage.sh",
        ["ORDERS_DB=127.0.0.1:5432/orders "] = "tests/CredBroker.Server.Tests/Samples/VaultSampleTests.cs",
        ["Storage__Redis__"] = "tests/CredBroker.Server.Tests/Hosting/SecuredRedisTests.cs",
        ["(umask 077; openssl rand"] = "tests/CredBroker.Server.Tests/Tokens/SharedKeysTests.cs",
        ["ASPNETCORE_ENVIRONMENT=Production ./CredBroker.Server "] = "tests/CredBroker.Server.Tests/Hosting/ProductionStartTests.cs",
        ["export "] = "tests/CredBroker.Tests/Cli/CliBench.cs",
    };

    /// <summary>What wants something that no test machine has to have, by how it begins: what that is.</summary>
    private static readonly Dictionary<string, string> WantsMore = new()
    {
        ["kubectl "] = "a cluster",
        ["helm "] = "a cluster",
        ["./build.sh image "] = "the images of .NET; ContainerImageTests builds on this machine's own",
        ["docker push "] = "a registry",
        ["vault "] = "a Vault",
        ["(umask 077; vault "] = "a Vault",
        ["bao "] = "an OpenBao",
        ["curl -sS -H \"Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN\""] = "a job of GitHub Actions",
    };

    private static IEnumerable<TestCaseData> Commands => ShellBlock.ReadAll()
        .SelectMany(block => block.Commands.Select(command => (block.Document, Command: command)))
        .Where(told => ArgumentsOf(told.Command) is not null)
        .DistinctBy(told => told.Command)
        .Select(told => new TestCaseData(told.Document, told.Command));

    [TestCaseSource(nameof(Commands))]
    public async Task Command_OfADocument_IsUnderstoodAndDone(string document, string command)
    {
        await using var bench = await CliBench.StartAsync();
        var ids = await WorkAsync(bench);
        string[] arguments = [.. ArgumentsOf(command)!.Select(argument => ids.GetValueOrDefault(argument, argument)).Select(FromRoot)];
        if (!IsAgents(arguments)) bench.SignIn();

        var code = await bench.RunAsync(arguments);

        Assert.That(code, Is.Zero, $"{document}: {bench.Error}");
    }

    [Test]
    public void Command_OfAnyDocument_IsRunBySomebody()
    {
        var nobodys = ShellBlock.ReadAll()
            // A script, and run as one by its own test.
            .Where(block => block.Document != "docs/authzen.md")
            .SelectMany(block => block.Commands.Where(command => !IsSomebodys(command)).Select(command => $"{block.Document}: {command}"));

        Assert.That(nobodys, Is.Empty);
        Assert.That(RunElsewhere.Values.Where(file => !File.Exists(Path.Combine(Repository.Root, file))), Is.Empty, "who is said to run them is gone");
    }

    private static bool IsSomebodys(string command) =>
        ArgumentsOf(command) is not null
        || RunElsewhere.Keys.Concat(WantsMore.Keys).Any(start => command.StartsWith(start, StringComparison.Ordinal));

    /// <summary>What <c>credbroker</c> is given; null where it is another program. What it wraps is replaced.</summary>
    private static string[]? ArgumentsOf(string command)
    {
        var start = new[] { Broker, BrokerFromSource }.FirstOrDefault(start => command.StartsWith(start, StringComparison.Ordinal));
        if (start is null) return null;
        var arguments = ShellWords.Of(command[start.Length..]);
        var wrapped = Array.IndexOf(arguments, "--");
        return wrapped < 0 ? arguments : [.. arguments[..(wrapped + 1)], "true"];
    }

    private static string FromRoot(string argument) =>
        argument.StartsWith("samples/", StringComparison.Ordinal) ? Path.Combine(Repository.Root, argument) : argument;

    private static bool IsAgents(string[] arguments) => arguments is ["exec" or "issue", ..] or ["task", "open" or "heartbeat", ..] or ["task", "end"];

    /// <summary>Lets there be something to see and to do, and a person who says yes; returns what the documents' ids stand for.</summary>
    private static async Task<Dictionary<string, string>> WorkAsync(CliBench bench)
    {
        var ids = new Dictionary<string, string> { ["fnc_…"] = FakeOrders.FenceId, ["ord_…"] = FakeOrders.OrderId };
        await bench.RunAsync("task", "open", "--purpose", "try-it", "-o", "json");
        ids["tsk_…"] = bench.Json.GetProperty("task_id").GetString()!;
        await bench.RunAsync("issue", "--template", "orders-api", "-o", "json");
        ids["lse_…"] = bench.Json.GetProperty("lease_id").GetString()!;
        bench.Broker.Orders.Match(1);
        bench.Broker.Orders.Order = new RevocationOrder { Id = FakeOrders.OrderId, FenceId = FakeOrders.FenceId, State = RevocationOrder.Types.State.Done };
        bench.Broker.Orders.EndWith(dead: 1);
        bench.Typing("y");
        return ids;
    }
}
