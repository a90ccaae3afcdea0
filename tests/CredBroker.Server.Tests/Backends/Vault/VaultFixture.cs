using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using NUnit.Framework.Interfaces;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>One broker on one Vault for the tests of a fixture, each of which leaves the Vault well and its own task ended.</summary>
internal abstract class VaultFixture
{
    private const int WordsOfAFailure = 60;
    private static readonly TimeSpan WaitForEnds = TimeSpan.FromSeconds(2);
    private readonly List<OpenedTask> _opened = [];

    protected VaultBench Bench { get; private set; } = null!;

    protected VaultDouble Vault => Bench.Vault;

    protected BrokerProcess Broker { get; set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Bench = await StartBenchAsync();
        await PrepareAsync();
        Broker = await Bench.StartBrokerAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Bench is not null) await Bench.DisposeAsync();
    }

    [TearDown]
    public async Task MakeWellAsync()
    {
        if (Bench is null) return;
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed) await TestContext.Out.WriteLineAsync(LastWords());
        Vault.Faults.Clear();
        Vault.IsSealed = false;
        Vault.Activate();
        Vault.LetRevocationsGo();
        Vault.Accounts.IsDown = false;
        // What is still being revoked would be among the calls that the next test counts; what cannot be revoked is not waited for long.
        var ends = _opened.Select(task => task.Calls.Tasks.EndTaskAsync(new EndTaskRequest { Wait = Duration.FromTimeSpan(WaitForEnds) }, task.Auth).ResponseAsync);
        await Task.WhenAll(ends);
        _opened.Clear();
    }

    protected virtual Task<VaultBench> StartBenchAsync() => VaultBench.StartAsync();

    /// <summary>Settings and templates beyond the usual ones.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    protected async Task<OpenedTask> OpenAsync()
    {
        var task = await Broker.Calls.OpenAsync();
        _opened.Add(task);
        return task;
    }

    /// <summary>The name of the account that a lease's secret is of.</summary>
    protected static string AccountOf(IssueResponse.Types.Issued issued) => issued.Credential.Secret.Values["username"];

    protected bool Admits(IssueResponse.Types.Issued issued) =>
        Vault.Accounts.Admit(AccountOf(issued), issued.Credential.Secret.Values["password"]);

    /// <summary>Waits until no account and no child token of any lease is left.</summary>
    protected Task UntilNothingIsLeftAsync() => Eventually.IsTrueAsync(() => Bench.IsVaultEmpty, "nothing of ours is left at Vault");

    /// <summary>What the broker wrote last; no secret is among it.</summary>
    private string LastWords() => string.Join('\n', Broker.Output.Split('\n').TakeLast(WordsOfAFailure));

    protected async Task ReleaseAsync(OpenedTask task, string lease) =>
        await task.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = lease }, task.Auth);
}
