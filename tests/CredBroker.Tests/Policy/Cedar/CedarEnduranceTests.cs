using CredBroker.Policy.Cedar.Decisions;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Long")]
public sealed class CedarEnduranceTests
{
    private const int Decisions = 100_000;
    private const long ManagedMargin = 16 * 1024 * 1024;

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Decide_ALargeCorpus_AgreesWithCedarUnderNode(int seed)
    {
        if (CredBroker.Testing.NodeScript.Missing("@cedar-policy/cedar-wasm") is { } missing) Assert.Ignore(missing);

        var report = await CedarAgreement.CompareAsync(requests: 10_000, seed);

        Assert.That(report.Differences.Take(3), Is.Empty);
    }

    [Test]
    public void Decide_AHundredThousandTimes_TakesNoMoreMemory()
    {
        var corpus = new CedarCorpus(seed: 4);
        var slices = Enumerable.Range(0, 40).Select(_ => new PolicySlice(corpus.NextPolicies())).ToList();
        var asks = Enumerable.Range(0, 200).Select(_ => corpus.NextAsk()).Select(ask => (ask.Action, ask.Json)).ToList();
        // Fewer policies than there are, so that slices come and go all the time.
        using var session = TestCedar.NewSession(maxPolicies: 100);

        Decide(Decisions / 10);
        var (memory, managed) = (session.MemoryBytes, GC.GetTotalMemory(forceFullCollection: true));
        Decide(Decisions);

        Assert.That(session.MemoryBytes, Is.EqualTo(memory));
        Assert.That(GC.GetTotalMemory(forceFullCollection: true), Is.LessThan(managed + ManagedMargin));

        void Decide(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var (action, json) = asks[i % asks.Count];
                session.Decide(slices[i / 7 % slices.Count], action, json);
            }
        }
    }
}
