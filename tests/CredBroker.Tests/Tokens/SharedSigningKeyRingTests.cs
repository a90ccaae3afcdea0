using System.Security.Cryptography;
using CredBroker.Audit;
using CredBroker.Tokens;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Tokens;

[TestFixture, Category("Unit")]
public sealed class SharedSigningKeyRingTests
{
    private readonly List<KeyReplica> _replicas = [];
    private FakeTimeProvider _time = null!;
    private InMemoryKeyStore _store = null!;
    private KeyEncryptionKey _key = null!;

    private static TimeSpan Lead { get; } = new KeyRingPlan(KeyReplica.RotateEvery, InMemoryKeyStore.ClockBound).Lead;

    [SetUp]
    public void MakeStore()
    {
        _time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
        _store = new InMemoryKeyStore(_time);
        _key = NewKey();
    }

    [TearDown]
    public void Dispose()
    {
        _replicas.ForEach(replica => replica.Dispose());
        _replicas.Clear();
        _key.Dispose();
    }

    [Test]
    public async Task Refresh_OfTwo_SameKeysAndTheSameSigns()
    {
        var (a, b) = (await StartAsync(), await StartAsync());

        Assert.That(b.Ids, Is.EqualTo(a.Ids).And.Count.EqualTo(2));
        Assert.That(b.Ring.Current.Id, Is.EqualTo(a.Ring.Current.Id));
        Assert.That(b.Audit.Events, Is.Empty, "whoever only reads changes nothing");
    }

    [Test]
    public async Task Refresh_BothAtTheFirstStart_OneRing()
    {
        var (a, b) = (New(), New());
        _store.BeforeNextPut = b.RefreshAsync;

        await a.RefreshAsync();

        Assert.That(a.Ids, Is.EqualTo(b.Ids));
        Assert.That(a.Audit.Events.Select(line => line.Type), Is.EqualTo(
            new[] { AuditEventType.SigningKeyChangeAllowed, AuditEventType.SigningKeyChangeOvertaken }));
    }

    [Test]
    public async Task Refresh_WhenTheTimeHasCome_NextSignsEverywhereAndTheOldKeyStaysADay()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        var (old, next) = (a.Ids[0], a.Ids[1]);

        _time.Advance(KeyReplica.RotateEvery);
        Assert.That((a.Ring.Current.Id, b.Ring.Current.Id), Is.EqualTo((next, next)), "it needs no store for that");
        await a.RefreshAsync();
        await b.RefreshAsync();

        Assert.That(b.Ids, Is.EqualTo(a.Ids).And.Count.EqualTo(3));
        _time.Advance(TimeSpan.FromHours(23));
        await a.RefreshAsync();
        Assert.That(a.Ids, Does.Contain(old));
        _time.Advance(TimeSpan.FromHours(1.1));
        await a.RefreshAsync();
        Assert.That(a.Ids, Does.Not.Contain(old));
    }

    [Test]
    public async Task Rotate_NextIsNewlyPublished_SignsWhenItHasBeenLongEnough()
    {
        var a = await StartAsync();

        var rotated = await a.RotateAsync();

        Assert.That(rotated, Is.EqualTo(new RotatedSigningKey(a.Ids[1], _time.GetUtcNow() + Lead)));
        Assert.That(a.Ring.Current.Id, Is.EqualTo(a.Ids[0]));
        Assert.That(await a.RotateAsync(), Is.EqualTo(rotated), "asking again asks for no more");
    }

    [Test]
    public async Task Rotate_NextIsKnownToAll_SignsAtOnce()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        _time.Advance(Lead);

        var rotated = await a.RotateAsync();
        await b.RefreshAsync();

        Assert.That(rotated, Is.EqualTo(new RotatedSigningKey(a.Ids[1], _time.GetUtcNow())));
        Assert.That((a.Ring.Current.Id, b.Ring.Current.Id), Is.EqualTo((rotated.Id, rotated.Id)));
        Assert.That(b.Ids, Is.EqualTo(a.Ids).And.Count.EqualTo(3));
    }

    [Test]
    public async Task Rotate_Emergency_EveryKeyIsWithdrawnAndANewOneSigns()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        var old = a.Ids;

        var rotated = await a.RotateAsync(emergency: true);
        await b.RefreshAsync();

        Assert.That(rotated.Id, Is.EqualTo(b.Ring.Current.Id).And.Not.AnyOf(old[0], old[1]));
        Assert.That(b.Ids, Is.EqualTo(a.Ids).And.None.AnyOf(old[0], old[1]));
        Assert.That(_store.Withdrawn, Is.EquivalentTo(old));
        var line = a.Audit.Events[^1];
        Assert.That((line.Actor.Subject, line.Message, line.Details["withdrawn"]), Is.EqualTo(("ada", "because", string.Join(' ', old))));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Rotate_NoAudit_RefusedAndNothingChanges(bool emergency)
    {
        var a = await StartAsync();
        var before = _store.Ring;
        _time.Advance(Lead);
        a.Audit.IsAvailable = false;

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => a.RotateAsync(emergency));

        Assert.That(refusal!.Reason, Is.EqualTo(ErrorReason.AuditUnavailable));
        Assert.That(_store.Ring, Is.EqualTo(before));
    }

    [Test]
    public async Task Rotate_NoReason_Refused()
    {
        var a = await StartAsync();

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => a.Rotation.RotateAsync(" ", emergency: true, "ada", CancellationToken.None));

        Assert.That(refusal!.Violations.Single().Field, Is.EqualTo("reason"));
    }

    [Test]
    public async Task Refresh_OlderRingIsPutBack_TheNewOneReturns()
    {
        var a = await StartAsync();
        var stolen = _store.Ring;
        await a.RotateAsync(emergency: true);
        var ids = a.Ids;

        _store.Ring = stolen;
        await a.RefreshAsync();

        Assert.That(a.Ids, Is.EqualTo(ids));
        Assert.That((await StartAsync()).Ids, Is.EqualTo(ids));
    }

    [Test]
    public async Task Refresh_StoreWasEmptied_TheRingReturns()
    {
        var a = await StartAsync();

        _store.Ring = null;
        await a.RefreshAsync();

        Assert.That((await StartAsync()).Ids, Is.EqualTo(a.Ids));
    }

    [Test]
    public async Task Refresh_ForgedRing_NoneOfItIsPublished()
    {
        var a = await StartAsync();
        var ids = a.Ids;
        using var forger = NewKey();
        using var theirs = new KeyReplica(new InMemoryKeyStore(_time), forger, _time);
        await theirs.RefreshAsync();
        var forged = new InMemoryKeyStore(_time);
        using (var writer = new KeyReplica(forged, forger, _time)) await writer.RefreshAsync();

        _store.Ring = forged.Ring! with { Version = "99" };
        Assert.That(() => New().RefreshAsync(), Throws.InstanceOf<CryptographicException>(), "a replica that starts refuses it");
        await a.RefreshAsync();

        Assert.That(a.Ids, Is.EqualTo(ids));
        Assert.That((await StartAsync()).Ids, Is.EqualTo(ids), "and it is gone");
    }

    private KeyReplica New(TimeSpan skew = default)
    {
        var replica = new KeyReplica(_store, _key, _time, skew);
        _replicas.Add(replica);
        return replica;
    }

    private async Task<KeyReplica> StartAsync()
    {
        var replica = New();
        await replica.RefreshAsync();
        return replica;
    }

    private static KeyEncryptionKey NewKey() =>
        KeyEncryptionKey.Read(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));
}
