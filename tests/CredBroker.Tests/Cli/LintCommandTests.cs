using CredBroker.Testing;

namespace CredBroker.Tests.Cli;

[TestFixture, Category("Unit")]
public sealed class LintCommandTests
{
    private static readonly string Samples = Path.Combine(Repository.Root, "samples");

    [Test]
    public async Task TemplateLint_Good_CountsAndAsksNoBroker()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Variables.Remove("CREDBROKER_ADDRESS");

        Assert.That(await bench.RunAsync("template", "lint", Path.Combine(Samples, "catalogue"), "-o", "json"), Is.Zero);

        Assert.That(bench.Json.GetProperty("good").GetBoolean(), Is.True);
        Assert.That(bench.Json.GetProperty("counts").GetProperty("templates").GetInt32(), Is.Positive);
        Assert.That(bench.Json.GetProperty("version").GetString(), Does.Match("^[0-9a-f]{16}$"));
        Assert.That(bench.Broker.Calls, Is.Empty);
    }

    [Test]
    public async Task TemplateLint_Faulty_EachFaultOnALine()
    {
        await using var bench = await CliBench.StartAsync();
        var folder = Directory.CreateDirectory(bench.PathOf("catalogue")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "bad.yaml"), "apiVersion: credbroker/v1\nkind: Target\nmetadata: { name: orders, owner: payments }\nspec: { sensitivity: secret, colour: red }\n");

        Assert.That(await bench.RunAsync("template", "lint", folder), Is.EqualTo(1));

        Assert.That(bench.Out, Does.Contain("bad.yaml:4: spec.sensitivity: ").And.Contain("bad.yaml:4: spec.colour: "));
    }

    [Test]
    public async Task Lint_FolderThatIsNotThere_IsAFault()
    {
        await using var bench = await CliBench.StartAsync();

        Assert.That(await bench.RunAsync("template", "lint", bench.PathOf("nowhere")), Is.EqualTo(1));

        Assert.That(bench.Out, Does.Contain("is not there"));
    }

    [Test]
    public async Task PolicyLint_GoodAndFaulty()
    {
        await using var bench = await CliBench.StartAsync();
        // As the other tests have it, so that Cedar is compiled once.
        bench.Variables["XDG_CACHE_HOME"] = Path.Combine(Repository.Root, "artifacts", "cedar");
        var folder = Directory.CreateDirectory(bench.PathOf("policies")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "bad.cedar"), "\npermit (principal, action, resource) when { resource.colour == \"red\" };\n");

        Assert.That(await bench.RunAsync("policy", "lint", Path.Combine(Samples, "policies", "starter"), "-o", "json"), Is.Zero);
        Assert.That(bench.Json.GetProperty("counts").GetProperty("policies").GetInt32(), Is.Positive);
        Assert.That(await bench.RunAsync("policy", "lint", folder), Is.EqualTo(1));
        Assert.That(bench.Out, Does.Contain("bad.cedar:2: @id: is missing"));
    }

    [TestCase("read", 0, "allow")]
    [TestCase("write", 1, "deny")]
    public async Task PolicyExplain_Decision_IsTheExitCode(string capability, int code, string decision)
    {
        await using var bench = await CliBench.StartAsOperatorAsync();

        Assert.That(await bench.RunAsync("policy", "explain", "--task", "tsk_1", "--template", "orders-api", "--capability", capability), Is.EqualTo(code));

        Assert.That(bench.Out, Does.Contain(decision).And.Contain("0123456789abcdef"));
    }
}
