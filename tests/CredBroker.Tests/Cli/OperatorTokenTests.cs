using CredBroker.Cli.Responding;

namespace CredBroker.Tests.Cli;

[TestFixture, Category("Unit")]
public sealed class OperatorTokenTests
{
    private const string Development =
        """{"viewer":"op-viewer","responder":"op-responder","approver":"op-approver","platform-admin":"op-admin"}""";

    [TestCase("op-viewer", "fence", "list")]
    [TestCase("op-viewer", "task", "list")]
    [TestCase("op-viewer", "lease", "list")]
    [TestCase("op-viewer", "deadletter", "list")]
    [TestCase("op-viewer", "revoke", "preview", "--tenant", "payments")]
    [TestCase("op-viewer", "revoke", "report", "ord_1")]
    [TestCase("op-responder", "revoke", "run", "--tenant", "payments", "--reason", "leak", "--yes")]
    [TestCase("op-responder", "fence", "lift", "fnc_1", "--reason", "over")]
    [TestCase("op-responder", "task", "end", "tsk_1")]
    [TestCase("op-responder", "deadletter", "retry", "lse_1")]
    [TestCase("op-admin", "keys", "rotate", "--reason", "routine")]
    [TestCase("op-admin", "clock", "reset", "--reason", "mended")]
    public async Task Run_DevelopmentFile_TakesTheLeastRoleThatTheCommandNeeds(string token, params string[] args)
    {
        await using var bench = await CliBench.StartAsync();
        bench.SignIn(Development);
        bench.Broker.Orders.EndWith(dead: 0);
        await bench.RunAsync(args);
        Assert.That(bench.Broker.Calls.Select(c => c.Authorization).Distinct(), Is.EqualTo([$"Bearer {token}"]));
    }

    [Test]
    public async Task Run_RoleIsChosen_TakesThatOne()
    {
        await using var bench = await CliBench.StartAsync();
        bench.SignIn(Development);
        bench.Variables["CREDBROKER_OPERATOR_ROLE"] = "responder";
        await bench.RunAsync("fence", "list");
        await bench.RunAsync("fence", "list", "--role", "platform-admin");
        Assert.That(bench.Broker.Calls.Select(c => c.Authorization), Is.EqualTo(["Bearer op-responder", "Bearer op-admin"]));
    }

    [Test]
    public async Task Run_RoleOfTheVariableIsUnknown_IsUsage()
    {
        await using var bench = await CliBench.StartAsync();
        bench.SignIn(Development);
        bench.Variables["CREDBROKER_OPERATOR_ROLE"] = "root";
        Assert.That(await bench.RunAsync("fence", "list"), Is.EqualTo(2));
        Assert.That(bench.Error, Does.Contain("CREDBROKER_OPERATOR_ROLE"));
    }

    [Test]
    public async Task Run_OneToken_IsSentAndHasNoRolesToChooseFrom()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        bench.Variables["CREDBROKER_OPERATOR_ROLE"] = "responder";
        Assert.That(await bench.RunAsync("fence", "list"), Is.Zero);
        Assert.That(bench.Broker.Calls.Single().Authorization, Is.EqualTo("Bearer op-alice"));
        Assert.That(await bench.RunAsync("fence", "list", "--role", "viewer"), Is.EqualTo(2));
    }

    [Test]
    public async Task Run_NoFileIsNamed_IsUsage()
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(await bench.RunAsync("fence", "list"), Is.EqualTo(2));
        Assert.That(bench.Error, Does.StartWith("usage: ").And.Contain("CREDBROKER_OPERATOR_TOKEN_FILE"));
    }

    [TestCase(UnixFileMode.GroupRead), TestCase(UnixFileMode.GroupWrite), TestCase(UnixFileMode.OtherRead), TestCase(UnixFileMode.OtherWrite)]
    public async Task Run_FileIsOpenToOthers_IsRefusedBeforeAnyCall(UnixFileMode open)
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("Unix permissions.");
        await using var bench = await CliBench.StartAsOperatorAsync();
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(bench.PathOf("operator"), UnixFileMode.UserRead | UnixFileMode.UserWrite | open);
        Assert.That(await bench.RunAsync("fence", "list"), Is.EqualTo(2));
        Assert.That(bench.Error, Does.Contain("chmod 600").And.Not.Contain("op-alice"));
        Assert.That(bench.Broker.Calls, Is.Empty);
    }

    [TestCase("")]
    [TestCase("secret-1 secret-2")]
    [TestCase("secret-1\nsecret-2")]
    [TestCase("secret-é")]
    [TestCase("""{"viewer": "secret-1" """)]
    [TestCase("""{"viewer": ["secret-1"]}""")]
    [TestCase("""{"viewer": null}""")]
    [TestCase("""{"viewer": ""}""")]
    [TestCase("""{"viewer": "secret-1\r\nx: y"}""")]
    [TestCase("""{"responder": "secret-1"}""")]
    public async Task Run_FileHoldsNoTokenForTheRole_IsUsageAndRepeatsNothing(string text)
    {
        await using var bench = await CliBench.StartAsync();
        bench.SignIn(text);
        Assert.That(await bench.RunAsync("fence", "list"), Is.EqualTo(2));
        Assert.That(bench.Error, Does.StartWith("usage: ").And.Not.Contain("secret"));
        Assert.That(bench.Broker.Calls, Is.Empty);
    }

    [Test]
    public async Task Run_FileIsNotThereOrTooLong_IsUsage()
    {
        await using var bench = await CliBench.StartAsync();
        bench.SignIn(new string('x', 70_000));
        Assert.That(await bench.RunAsync("fence", "list"), Is.EqualTo(2));
        File.Delete(bench.PathOf("operator"));
        Assert.That(await bench.RunAsync("fence", "list"), Is.EqualTo(2));
        Assert.That(bench.Error, Does.Contain("cannot be read"));
    }

    [Test]
    public async Task ReadAsync_TokenWasReplaced_ReadsTheNewOne()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        var file = new OperatorTokenFile(bench.PathOf("operator"));
        var choice = new RoleChoice(null, null, OperatorRoles.Viewer);
        Assert.That(await file.ReadAsync(choice, default), Is.EqualTo("op-alice"));
        bench.SignIn("op-later");
        Assert.That(await file.ReadAsync(choice, default), Is.EqualTo("op-later"));
    }
}
