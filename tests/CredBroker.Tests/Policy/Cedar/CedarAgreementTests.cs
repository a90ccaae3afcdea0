namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
public sealed class CedarAgreementTests
{
    [Test]
    public async Task Decide_ASmallCorpus_AgreesWithCedarUnderNode()
    {
        if (CredBroker.Testing.NodeScript.Missing("@cedar-policy/cedar-wasm") is { } missing) Assert.Ignore(missing);

        var report = await CedarAgreement.CompareAsync(requests: 1_000, seed: 20_260_301);

        Assert.That(report.Differences.Take(3), Is.Empty);
        Assert.Multiple(() =>
        {
            // A corpus that is all of one kind would show nothing.
            foreach (var kind in new[] { "allow", "forbid", "default deny", "error" }) Assert.That(report.Of(kind), Is.GreaterThan(50), kind);
        });
    }
}
