using System.Diagnostics;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Templates;
using CredBroker.Templates.Vault;
using CredBroker.Testing;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Samples;

/// <summary>What the sample sets up is what the broker needs, and its catalogue asks for nothing else.</summary>
[TestFixture, Category("Server")]
internal sealed class VaultSampleTests
{
    private VaultDouble _vault = null!;
    private ScratchFolder _folder = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _vault = await VaultDouble.StartAsync();
        _folder = new ScratchFolder();
    }

    [TearDown]
    public async Task StopAsync()
    {
        _folder.Dispose();
        await _vault.DisposeAsync();
    }

    [Test]
    public async Task Setup_Twice_LoginThatMakesChildrenOfTheCatalogue()
    {
        await RunAsync();
        var said = await RunAsync();

        Assert.That(said, Does.StartWith("vault: ready"));
        Assert.That(said, Does.Not.Contain(_vault.RootToken));
        Assert.That(ScratchFolder.ModeOf(_folder.File("out", "secret-id")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var backend = (VaultTemplateBackend)CatalogueReader.Read(Path.Combine(Repository.Root, "samples", "vault", "catalogue")).Set!.Templates["orders-db-read"].Backend;
        using var vault = new VaultClient(_vault.Address, token: null);
        var login = (await vault.PostAsync("auth/approle/login", new
        {
            role_id = File.ReadAllText(_folder.File("out", "role-id")).Trim(),
            secret_id = File.ReadAllText(_folder.File("out", "secret-id")).Trim(),
        })).Required();
        var child = (await vault.As(login.ClientToken).PostAsync("auth/token/create/credbroker", new { ttl = "60s", policies = backend.Policies })).Required();
        var made = _vault.Tokens.Single(token => token.Accessor == child.Accessor);
        Assert.That((made.IsOrphan, made.Policies), Is.EqualTo((true, backend.Policies)));
        Assert.That((await vault.As(login.ClientToken).GetAsync("database/creds/orders-ro")).Status, Is.EqualTo(403), "the broker itself reads no secret");
    }

    private async Task<string> RunAsync()
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "samples", "vault", "setup.sh")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new[] { ("VAULT_ADDR", _vault.Address), ("VAULT_TOKEN", _vault.RootToken), ("OUT", _folder.File("out")), ("ORDERS_DB_PASSWORD", "a \"quoted\" one") })
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, await error);
        return output;
    }
}
