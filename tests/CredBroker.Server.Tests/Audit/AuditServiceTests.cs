using CredBroker.Audit;
using CredBroker.Server.Audit;
using CredBroker.Server.Hosting;
using CredBroker.Server.Tests.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Audit;

[TestFixture, Category("Unit")]
public sealed class AuditServiceTests
{
    [Test]
    public async Task Start_NoSettings_WritesBelowTheDataFolder()
    {
        using var scratch = new ScratchFolder();
        using (var host = Build(scratch))
        {
            await host.StartAsync();
            await AuditTrail.BoundedAsync(host.Services.GetRequiredService<IAuditLog>().AppendAsync(AuditTrail.Event(), CancellationToken.None));
            await host.StopAsync();
        }

        var lines = File.ReadAllLines(scratch.File("audit", "audit-000001.jsonl"));
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[0], Does.Contain("\"broker_started\""));
        Assert.That(lines[2], Does.Contain("\"broker_stopped\""));
    }

    [Test]
    public async Task Start_PathIsSet_WritesThere()
    {
        using var scratch = new ScratchFolder();
        using var host = Build(scratch, ("Audit:Path", scratch.File("elsewhere")));

        await host.StartAsync();

        Assert.That(File.Exists(scratch.File("elsewhere", "audit-000001.jsonl")), Is.True);
    }

    [TestCase("Audit:Enabled", "false", "Audit:Enabled is not a setting")]
    [TestCase("Audit:MaxFileBytes", "100", "Audit:MaxFileBytes must be at least")]
    [TestCase("Audit:Path", "relative", "Audit:Path must be an absolute path")]
    public void Start_WrongSetting_RefusedByName(string name, string value, string message)
    {
        using var scratch = new ScratchFolder();
        using var host = Build(scratch, (name, value));

        Assert.That(async () => await host.StartAsync(), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(message));
    }

    [Test]
    public void Start_FolderCannotBeMade_Refused()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch.File("audit"), "");
        using var host = Build(scratch);

        Assert.That(async () => await host.StartAsync(), Throws.TypeOf<StartRefusedException>());
    }

    private static IHost Build(ScratchFolder scratch, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(scratch.Data);
        builder.Services.AddAuditLog(builder.Configuration);
        return builder.Build();
    }
}
