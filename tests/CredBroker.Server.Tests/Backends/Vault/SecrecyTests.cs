using System.Text;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Faults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>With every log at its most talkative: the secret is in the reply and nowhere else, and the tokens of Vault are nowhere at all.</summary>
[TestFixture, Category("Server")]
internal sealed class SecrecyTests : VaultFixture
{
    private readonly List<string> _secrets = [];
    private readonly StringBuilder _answers = new();

    [OneTimeSetUp]
    public async Task LiveAsync()
    {
        var task = await OpenAsync();
        foreach (var template in new[] { VaultCatalogue.Orders, VaultCatalogue.Certificate, VaultCatalogue.Ssh, VaultCatalogue.Stored, VaultCatalogue.Lean, VaultCatalogue.Cloud })
            Keep(await task.IssueAsync(template));
        var renewed = Keep(await task.IssueAsync(VaultCatalogue.Orders, key: "once"));
        Keep(await task.IssueAsync(VaultCatalogue.Orders, key: "once"));
        var last = Keep(await task.IssueAsync(VaultCatalogue.Orders));
        await Broker.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = last.Lease.Id }, task.Auth);
        await BeRefusedAsync(task);
        _secrets.Add(Bench.SetUp.SecretId);
        _secrets.AddRange(Vault.SecretsOfTokens());
        await task.Calls.Tasks.EndTaskAsync(new EndTaskRequest { Wait = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)) }, task.Auth);
        await task.UntilLeaseAsync(renewed.Lease.Id, LeaseState.Revoked);
    }

    [Test]
    public void Log_AtTrace_HoldsNoSecret()
    {
        Assert.That(Broker.Output, Does.Contain("trce: "));
        AssertNone(Broker.Output);
    }

    [Test]
    public void DataFolder_EveryFile_HoldsNoSecret()
    {
        foreach (var file in Directory.EnumerateFiles(Bench.Site.DataFolder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.Latin1);
            AssertNone(reader.ReadToEnd());
        }
    }

    [Test]
    public async Task Store_EveryKeyAndValue_HoldsNoSecret()
    {
        await using var store = await ConnectionMultiplexer.ConnectAsync(Bench.Site.Settings["Storage:Redis:ConnectionString"]);
        var words = string.Join('\n', await StoreContents.ReadAsync(store, database: 0));

        Assert.That(words, Does.Contain("database/creds/orders/"), "the handle of a lease is there");
        AssertNone(words);
    }

    [Test]
    public void Refusals_Returned_RepeatNoSecret() => AssertNone(_answers.ToString());

    protected override Task PrepareAsync()
    {
        foreach (var category in new[] { "Default", "Microsoft.AspNetCore", "Grpc", "System.Net.Http" }) Bench.Site.Settings[$"Logging:LogLevel:{category}"] = "Trace";
        return Task.CompletedTask;
    }

    private async Task BeRefusedAsync(Testing.Broker.OpenedTask task)
    {
        foreach (var fault in new[] { VaultFault.Status(VaultPath.Creds, 500), VaultFault.LoseReply(VaultPath.Creds), VaultFault.Status(VaultPath.CreateToken, 403) })
        {
            using var scripted = Vault.Faults.Add(fault);
            var refusal = await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));
            _answers.Append(refusal.Status.Detail).AppendJoin('\n', refusal.Trailers.Select(entry => entry.IsBinary ? Encoding.Latin1.GetString(entry.ValueBytes) : entry.Value));
        }
    }

    private IssueResponse.Types.Issued Keep(IssueResponse.Types.Issued issued)
    {
        foreach (var name in new[] { "password", "private_key", "secret_key", "api_key" })
            if (issued.Credential.Secret.Values.TryGetValue(name, out var secret)) _secrets.AddRange(name == "private_key" ? [secret.Split('\n')[1]] : [secret]);
        return issued;
    }

    private void AssertNone(string text)
    {
        // Only whether there is one is said: a secret must not come to light by the test that looks for it.
        Assert.That(_secrets, Has.Count.GreaterThan(12).And.All.Not.Empty, "the test must know what it looks for");
        var found = _secrets.Count(secret => text.Contains(secret, StringComparison.Ordinal));
        Assert.That(found, Is.Zero, $"{found} of {_secrets.Count} secrets were found.");
    }
}
