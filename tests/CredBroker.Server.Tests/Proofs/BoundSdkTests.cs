using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Hosting;

namespace CredBroker.Server.Tests.Proofs;

/// <summary>The SDK with a broker that demands proofs: nobody has to write a line for it.</summary>
[TestFixture, Category("Server")]
public sealed class BoundSdkTests
{
    private ScratchFolder _scratch = null!;
    private OperatedBroker _broker = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _scratch = new ScratchFolder();
        Directory.CreateDirectory(_scratch.File("rules"));
        await File.WriteAllTextAsync(_scratch.File("rules", "all.yaml"), BoundCatalogue.Text);
        _broker = await OperatedBroker.StartAsync(("Templates:Path", _scratch.File("rules")));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _broker.DisposeAsync();
        _scratch.Dispose();
    }

    [Test]
    public async Task Sdk_RuleDemandsAProof_ProvesByItself()
    {
        await using var client = NewClient("bound/sdk", ProofOfPossession.WhenAsked);
        await using var task = await client.OpenTaskAsync(new TaskRequest("test"));
        await using var credential = await task.IssueAsync("bound-api", Capability.Read);

        await task.HeartbeatAsync();
        var receipt = await task.EndAsync("done");

        Assert.That(credential.TokenType, Is.EqualTo("DPoP"));
        Assert.That(receipt.Leases.Single().State, Is.EqualTo(LeaseState.Revoked));
    }

    [Test]
    public async Task Sdk_AlwaysProves_BindsWhatNobodyDemands()
    {
        await using var client = NewClient("free/sdk", ProofOfPossession.Always);
        await using var task = await client.OpenTaskAsync(new TaskRequest("test"));

        Assert.That((await task.IssueAsync("bound-api", Capability.Read)).TokenType, Is.EqualTo("DPoP"));
        Assert.That((await task.IssueAsync("free-api", Capability.Read)).TokenType, Is.EqualTo("Bearer"));
    }

    [Test]
    public async Task Sdk_NeverProves_IsRefused()
    {
        await using var client = NewClient("bound/sdk", ProofOfPossession.Never);

        var refused = await Assert.ThrowsAsync<BrokerRefusedException>(() => client.OpenTaskAsync(new TaskRequest("test")));

        Assert.That(refused!.Reason, Is.EqualTo("PROOF_INVALID"));
    }

    private CredBrokerClient NewClient(string path, ProofOfPossession proof) => new(
        new CredBrokerOptions { Address = $"http://{_broker.Channel.Target}", ProofOfPossession = proof, HandleSignals = false },
        new StaticEvidenceSource(WorkloadEvidence.FromText(WorkloadEvidence.SpiffeJwt, _broker.Svid(path))));
}
