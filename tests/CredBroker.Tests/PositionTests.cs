using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Tests;

[TestFixture, Category("Unit")]
public sealed class PositionTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_770_000_000_123);

    [Test]
    public void TryParse_WhatWasWritten_TheSamePlace()
    {
        var lease = new LeasePosition(Now, LeaseId.New(3, Now));
        var task = new TaskPosition(Now, TaskId.New(3, Now));

        Assert.Multiple(() =>
        {
            Assert.That(LeasePosition.TryParse(lease.ToString(), out var leaseAgain) ? leaseAgain : null, Is.EqualTo(lease));
            Assert.That(TaskPosition.TryParse(task.ToString(), out var taskAgain) ? taskAgain : null, Is.EqualTo(task));
        });
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase(".")]
    [TestCase("1770000000123")]
    [TestCase("1770000000123.lse_x")]
    [TestCase("-1.lse_0001J5K8M2N3P4Q5R6S7T8V9W0")]
    [TestCase("99999999999999999.lse_0001J5K8M2N3P4Q5R6S7T8V9WX")]
    public void TryParse_Anything_NoPlace(string? text)
    {
        Assert.Multiple(() =>
        {
            Assert.That(LeasePosition.TryParse(text, out _), Is.False);
            Assert.That(TaskPosition.TryParse(text?.Replace("lse_", "tsk_", StringComparison.Ordinal), out _), Is.False);
        });
    }

    [Test]
    public void IsAfter_Leases_OldestFirstThenById()
    {
        var early = new LeasePosition(Now, LeaseId.New(1, Now));
        var twin = new LeasePosition(Now, LeaseId.New(2, Now));
        var late = new LeasePosition(Now.AddMilliseconds(1), LeaseId.New(0, Now));

        Assert.Multiple(() =>
        {
            Assert.That(new[] { late, twin, early }.Order(LeasePosition.Order), Is.EqualTo(new[] { early, twin, late }));
            Assert.That(twin.IsAfter(early), Is.True);
            Assert.That(early.IsAfter(early), Is.False);
            Assert.That(early.IsAfter(null), Is.True);
        });
    }

    [Test]
    public void IsAfter_Tasks_NewestFirst()
    {
        var early = new TaskPosition(Now, TaskId.New(1, Now));
        var late = new TaskPosition(Now.AddMilliseconds(1), TaskId.New(0, Now));

        Assert.Multiple(() =>
        {
            Assert.That(new[] { early, late }.Order(TaskPosition.Order), Is.EqualTo(new[] { late, early }));
            Assert.That(early.IsAfter(late), Is.True);
            Assert.That(late.IsAfter(early), Is.False);
        });
    }
}
