using CredBroker.Policy.Cedar.Decisions;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
public sealed class SliceSlotsTests
{
    private static readonly PolicySlice A = Of(1), B = Of(1), C = Of(1), Large = Of(10);

    [Test]
    public void Take_Again_KeepsItsSlot()
    {
        var slots = new SliceSlots(maxPolicies: 3);

        Assert.That(slots.Take(A), Is.EqualTo((0, true)));
        Assert.That(slots.Take(B), Is.EqualTo((1, true)));
        Assert.That(slots.Take(A), Is.EqualTo((0, false)));
    }

    [Test]
    public void Take_Full_GivesAwayWhatWasNotAskedForLongest()
    {
        var slots = new SliceSlots(maxPolicies: 2);
        slots.Take(A);
        slots.Take(B);
        slots.Take(A);

        Assert.That(slots.Take(C), Is.EqualTo((1, true)), "B's slot");
        Assert.That(slots.Take(A), Is.EqualTo((0, false)));
        Assert.That(slots.Take(B), Is.EqualTo((1, true)));
    }

    [Test]
    public void Take_LargerThanAllSlots_IsHeldAlone()
    {
        var slots = new SliceSlots(maxPolicies: 2);
        slots.Take(A);
        slots.Take(B);

        Assert.That(slots.Take(Large).IsNew, Is.True);
        Assert.That(slots.Take(Large).IsNew, Is.False);
        Assert.That(slots.Take(A).IsNew, Is.True);
        Assert.That(slots.Take(Large).IsNew, Is.True);
    }

    [Test]
    public void Take_AnyOrder_NeverGivesOneSlotToTwo()
    {
        var slices = Enumerable.Range(0, 40).Select(i => Of(1 + (i % 5))).ToList();
        var slots = new SliceSlots(maxPolicies: 20);
        var random = new Random(1);
        var owner = new Dictionary<int, PolicySlice>();

        for (var i = 0; i < 5_000; i++)
        {
            var slice = slices[random.Next(slices.Count)];
            var (slot, isNew) = slots.Take(slice);
            if (!isNew) Assert.That(owner[slot], Is.SameAs(slice));
            owner[slot] = slice;
        }
    }

    private static PolicySlice Of(int policies) => new([.. Enumerable.Range(0, policies).Select(i => Policies.Of($"p{i}", ""))]);
}
