using CredBroker.Server.Storage.Redis;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Storage;

/// <summary>A call is made again only where the store has certainly not done what it was asked.</summary>
[TestFixture, Category("Unit")]
internal sealed class StoreRetryTests
{
    private int _calls;

    [SetUp]
    public void SetUp() => _calls = 0;

    [TestCase(RedisErrorKind.ReadOnly), TestCase(RedisErrorKind.Loading), TestCase(RedisErrorKind.ClusterDown), TestCase(RedisErrorKind.NoReplicas)]
    public async Task Run_ServerHasNotRunIt_AskedAgain(RedisErrorKind kind) =>
        Assert.That(await RunAsync(Said(kind), times: 2), Is.EqualTo(3));

    [TestCase(CommandStatus.WaitingToBeSent), TestCase(CommandStatus.WaitingInBacklog)]
    public async Task Run_NeverSent_AskedAgain(CommandStatus status) =>
        Assert.That(await RunAsync(Lost(status), times: 1), Is.EqualTo(2));

    [Test]
    public void Run_StaysSo_GivesUp() => AssertGivesUp(Said(RedisErrorKind.ReadOnly), after: 4);

    [Test]
    public void Run_AnswerLost_NotAskedAgain() => AssertGivesUp(Lost(CommandStatus.Sent), after: 1);

    [Test]
    public void Run_NoAnswerInTime_NotAskedAgain() => AssertGivesUp(new RedisTimeoutException(CommandFlags.None, "late", CommandStatus.Sent), after: 1);

    [TestCase(RedisErrorKind.OutOfMemory), TestCase(RedisErrorKind.Busy), TestCase(RedisErrorKind.UnknownError)]
    public void Run_ServerRefusesForGood_NotAskedAgain(RedisErrorKind kind) => AssertGivesUp(Said(kind), after: 1);

    private static RedisConnectionException Lost(CommandStatus status) =>
        new(ConnectionFailureType.SocketClosed, CommandFlags.None, "gone", innerException: null, status);

    private static RedisServerException Said(RedisErrorKind kind) => new(kind, CommandFlags.None, "no");

    private void AssertGivesUp(Exception fault, int after)
    {
        Assert.That(async () => await RunAsync(fault, int.MaxValue), Throws.Exception.SameAs(fault));
        Assert.That(_calls, Is.EqualTo(after));
    }

    private async Task<int> RunAsync(Exception fault, int times) => await new StoreRetry(TimeProvider.System).RunAsync(
        _ => ++_calls <= times ? Task.FromException<int>(fault) : Task.FromResult(_calls), null!, CancellationToken.None);
}
