using CredBroker.Cli;
using CredBroker.Cli.Responding;
using CredBroker.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Cli;

[TestFixture, Category("Unit")]
public sealed class SelectorOptionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 2, 30, 0, TimeSpan.Zero);

    [Test]
    public async Task Preview_EveryOption_ReachesTheBroker()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        var code = await bench.RunAsync(
            "revoke", "preview", "--tenant", "payments", "--workload", "spiffe://acme.test/agent/a", "--attested-selector", "k8s:ns:prod",
            "--task", "tsk_1", "--template", "orders-api", "--target", "orders", "--sensitivity", "restricted", "--risk", "high",
            "--backend", "vault", "--policy-version", "abc", "--issued-before", "2026-03-01T02:30:00Z", "--issued-after", "2026-02-28T23:30:00-02:00",
            "--lease", "lse_1");
        Assert.That(code, Is.Zero);
        Assert.That(bench.Broker.Requests<PreviewRequest>().Single().Selectors.Single(), Is.EqualTo(new LeaseSelector
        {
            Tenant = "payments",
            Workload = "spiffe://acme.test/agent/a",
            AttestedSelector = "k8s:ns:prod",
            TaskId = "tsk_1",
            Template = "orders-api",
            Target = "orders",
            Sensitivity = CredBroker.Protocol.V1.Sensitivity.Restricted,
            Risk = "high",
            Backend = "vault",
            PolicyVersion = "abc",
            IssuedBefore = Timestamp.FromDateTimeOffset(Now),
            IssuedAfter = Timestamp.FromDateTimeOffset(Now - TimeSpan.FromHours(1)),
            LeaseId = "lse_1",
        }));
    }

    [Test]
    public async Task Preview_WithOr_SendsSeveralSelectorsInOrder()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        await bench.RunAsync("revoke", "preview", "--tenant=a", "--template", "x", "-o", "json", "--or", "--template", "y", "--or", "--task", "tsk_1");
        Assert.That(bench.Broker.Requests<PreviewRequest>().Single().Selectors, Is.EqualTo(new[]
        {
            new LeaseSelector { Tenant = "a", Template = "x" },
            new LeaseSelector { Template = "y" },
            new LeaseSelector { TaskId = "tsk_1" },
        }));
    }

    [TestCase()]
    [TestCase("--or")]
    [TestCase("--or", "--tenant", "a")]
    [TestCase("--tenant", "a", "--or")]
    [TestCase("--tenant", "a", "--or", "--or", "--tenant", "b")]
    [TestCase("--tenant", "a", "--tenant", "b")]
    [TestCase("--tenant", "a", "b")]
    [TestCase("--tenant", "")]
    [TestCase("--tenant", "a", "--template", " ")]
    [TestCase("--tenant")]
    [TestCase("--sensitivity", "secret")]
    [TestCase("--risk", "huge")]
    [TestCase("--issued-after", "yesterday")]
    [TestCase("--issued-after", "01/02/2026")]
    public async Task Preview_SelectorIsNotClear_IsUsageAndAsksNothing(params string[] options)
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        Assert.That(await bench.RunAsync(["revoke", "preview", .. options]), Is.EqualTo(2));
        Assert.That(bench.Broker.Calls, Is.Empty);
    }

    [TestCase("2026-03-01T02:30:00Z"), TestCase("2026-03-01T03:30:00+01:00"), TestCase("2026-03-01T02:30Z"), TestCase("2026-03-01 02:30")]
    [TestCase("2026-03-01 02:30:00Z"), TestCase("2026-03-01T02:30:00.000"), TestCase("0s")]
    public void Instant_WellFormed_IsReadAsUtc(string text) =>
        Assert.That(InstantText.Read("--issued-after", text, new FakeTimeProvider(Now)), Is.EqualTo(Now));

    [Test]
    public void Instant_Duration_IsSoLongAgo() =>
        Assert.That(InstantText.Read("--issued-after", "2h", new FakeTimeProvider(Now)), Is.EqualTo(Now - TimeSpan.FromHours(2)));

    [Test]
    public void Instant_Other_SaysHowToWriteIt() =>
        Assert.That(() => InstantText.Read("--issued-after", "soon", TimeProvider.System), Throws.TypeOf<UsageException>().With.Message.Contains("--issued-after soon"));
}
