namespace CredBroker.Tests;

[TestFixture, Category("Unit")]
public sealed class IdTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    [Test]
    public void TryParse_EveryBucketThereIs_Read() => Assert.That(
        Enumerable.Range(0, Buckets.Count).Select(bucket => LeaseId.TryParse(LeaseId.New(bucket, Now).Value, out var id) ? id.Bucket : -1),
        Is.EqualTo(Enumerable.Range(0, Buckets.Count)));

    [TestCase(Buckets.Count), TestCase(255)]
    public void TryParse_BucketThereIsNot_NoId(int bucket) => Assert.Multiple(() =>
    {
        Assert.That(LeaseId.TryParse(LeaseId.New(bucket, Now).Value, out _), Is.False);
        Assert.That(TaskId.TryParse(TaskId.New(bucket, Now).Value, out _), Is.False);
        Assert.That(ApprovalId.TryParse(ApprovalId.New(bucket, Now).Value, out _), Is.False);
    });
}
