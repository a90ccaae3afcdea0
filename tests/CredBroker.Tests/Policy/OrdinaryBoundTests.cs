using CredBroker.Policy;

namespace CredBroker.Tests.Policy;

/// <summary>A no is of a bound where it looked at the counts and would be a yes without them.</summary>
[TestFixture]
[Category("Unit")]
public sealed class OrdinaryBoundTests
{
    private static readonly PolicyDecision Yes = PolicyDecision.Allow("v1", ["all"]);
    private static readonly PolicyDecision No = PolicyDecision.Deny(ErrorReason.PolicyDenied, "no", "v1", ["few"]);
    private static readonly PolicyDecision Counted = No with { Counted = new WorkloadCounts(3, null) };

    private int _asked;

    [SetUp]
    public void SetUp() => _asked = 0;

    [Test]
    public async Task Tell_WouldBeAYesWithoutLeases_IsOfTheBound()
    {
        var told = await TellAsync(Counted, Yes);

        Assert.That((told.IsOfBound, told.Refusal), Is.EqualTo((true, ErrorReason.PolicyDenied)));
        Assert.That(told.ToRefusal("orders").IsOfBound, Is.True);
    }

    [Test]
    public async Task Tell_WouldBeANoInAnyCase_IsNot()
    {
        var told = await TellAsync(Counted, No);

        Assert.That((told.IsOfBound, told.ToRefusal("orders").IsOfBound, _asked), Is.EqualTo((false, false, 1)));
    }

    [Test]
    public async Task Tell_NobodyLookedOrNothingWasDecidedOrAYes_NothingMoreIsAsked()
    {
        foreach (var decision in new[] { No, Counted with { IsFault = true }, Yes with { Counted = new WorkloadCounts(1, 1) } })
            Assert.That(await TellAsync(decision, Yes), Is.SameAs(decision));

        Assert.That(_asked, Is.Zero);
    }

    private ValueTask<PolicyDecision> TellAsync(PolicyDecision decision, PolicyDecision alone) => OrdinaryBound.TellAsync(decision, () =>
    {
        _asked++;
        return ValueTask.FromResult(alone);
    });
}
