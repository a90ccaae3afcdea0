using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;
using CredBroker.Testing;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.KeySets;

/// <summary>A keyring that is read over a network, with a source that the test holds in its hand.</summary>
[TestFixture, Category("Unit")]
public sealed class KeyringTests
{
    private static readonly TimeSpan LastGoodFor = TimeSpan.FromHours(1);
    private static readonly string[] Known = ["a"];

    private FakeTimeProvider _time;
    private ScriptedSource _source;
    private FakeLogger<Keyring> _log;
    private Keyrings _keyrings;
    private Keyring _keyring;

    [SetUp]
    public void Start()
    {
        _time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        _source = new ScriptedSource();
        _log = new FakeLogger<Keyring>();
        _keyrings = new Keyrings(_time, _log);
        _keyring = _keyrings.Open(KeyringTerms.OfIssuer("https://login.acme.test", LastGoodFor), _source);
    }

    [TearDown]
    public void Stop()
    {
        _keyrings.Dispose();
        _source.Dispose();
    }

    [Test]
    public async Task FindAsync_NeverRead_ReadsAndFinds()
    {
        Publish("a");

        Assert.That((await FindAsync("a")).Keys.Keys, Is.EqualTo(Known));
        Assert.That(_source.Reads, Is.EqualTo(1));
    }

    [Test]
    public async Task FindAsync_ThousandsOfUnknownKeysAtOnce_OneReadInEachInterval()
    {
        Publish("a");
        await FindAsync("a");
        for (var interval = 1; interval <= 3; interval++)
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            var answer = new TaskCompletionSource<byte[]>();
            _source.Answer = () => answer.Task;
            var asking = Enumerable.Range(0, 1_000).Select(i => Task.Run(() => FaultOf($"unknown-{i}"))).ToList();
            await CredBroker.Testing.Verification.Eventually.IsTrueAsync(() => _source.Reads == interval + 1, "the read has begun");
            answer.SetResult(SetOf("a"));

            Assert.That(await Task.WhenAll(asking), Has.All.EqualTo("its key is not in the key set of its issuer"));
            for (var i = 0; i < 1_000; i++) await FaultOf($"later-{i}");
            Assert.That(_source.Reads, Is.EqualTo(interval + 1));
        }
    }

    [TestCase(29, false)]
    [TestCase(30, true)]
    [TestCase(31, true)]
    public async Task FindAsync_UnknownKey_IsReadForAfterAnInterval(int seconds, bool read)
    {
        Publish("a");
        await FindAsync("a");
        Publish("a", "b");
        _time.Advance(TimeSpan.FromSeconds(seconds));

        if (read) await FindAsync("b");
        else Assert.That(await FaultOf("b"), Does.Contain("not in the key set"));
    }

    [Test]
    public async Task FindAsync_RemovedKey_IsGoneWithTheNextRead()
    {
        Publish("a", "b");
        await FindAsync("b");
        Publish("a");
        _time.Advance(TimeSpan.FromMinutes(5));
        _keyring.RefreshWhenDue();

        Assert.That(await FaultOf("b"), Does.Contain("not in the key set"));
    }

    [Test]
    public async Task FindAsync_EmptySet_TrustsNothing()
    {
        Publish("a");
        await FindAsync("a");
        Publish();
        _time.Advance(TimeSpan.FromMinutes(5));
        _keyring.RefreshWhenDue();

        Assert.That(await FaultOf("a"), Does.Contain("not in the key set"));
        Assert.That(_keyring.Current.Keys, Is.Empty);
    }

    [Test]
    public async Task FindAsync_ClockSetBack_WithdrawnKeyIsStillGoneWithTheNextRead()
    {
        var clock = new SteppedClock(_time);
        using var keyrings = new Keyrings(clock, _log);
        _keyring = keyrings.Open(KeyringTerms.OfIssuer("https://login.acme.test", LastGoodFor), _source);
        Publish("a", "b");
        await FindAsync("b");
        Publish("a");
        clock.Step = TimeSpan.FromHours(-1);
        _time.Advance(TimeSpan.FromMinutes(5));
        _keyring.RefreshWhenDue();

        Assert.That(await FaultOf("b"), Does.Contain("not in the key set"));
    }

    [Test]
    public async Task Status_SourceDown_NamesTheOwnerUntilItIsBack()
    {
        var status = new KeyringStatus(_keyrings);
        Publish("a");
        await FindAsync("a");
        Assert.That(status.Read().Single().IsHealthy, Is.True);
        _source.Answer = () => Task.FromException<byte[]>(new HttpRequestException(HttpRequestError.ConnectionError));
        _time.Advance(TimeSpan.FromMinutes(5));
        _keyring.RefreshWhenDue();

        Assert.That(status.Read().Single(), Has.Property("IsHealthy").False.And.Property("IsVital").False.And.Property("Detail").Contains("https://login.acme.test"));
        Publish("a");
        _time.Advance(TimeSpan.FromSeconds(5));
        _keyring.RefreshWhenDue();
        Assert.That(status.Read().Single().IsHealthy, Is.True);
    }

    [Test]
    public async Task FindAsync_UnknownKeyWhileTheSourceIsDown_CannotTell()
    {
        Publish("a");
        await FindAsync("a");
        _source.Answer = () => Task.FromException<byte[]>(new HttpRequestException(HttpRequestError.ConnectionError));
        _time.Advance(TimeSpan.FromSeconds(30));

        var fault = await Assert.ThrowsAsync<JwtFault>(() => FindAsync("rotated"));

        Assert.That(fault!.CannotTell, Is.True);
        await FindAsync("a");
    }

    [TestCase(3600, true)]
    [TestCase(3601, false)]
    public async Task FindAsync_SourceDown_KeepsTheLastGoodKeysForTheirTime(int seconds, bool known)
    {
        Publish("a");
        await FindAsync("a");
        _source.Answer = () => Task.FromException<byte[]>(new HttpRequestException(HttpRequestError.ConnectionError));
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _keyring.RefreshWhenDue();

        if (known)
        {
            await FindAsync("a");
            return;
        }

        var fault = await Assert.ThrowsAsync<JwtFault>(() => FindAsync("a"));
        Assert.That(fault!.CannotTell, Is.True);
        Assert.That(fault.Message, Is.EqualTo("the key set of its issuer has not been readable for too long"));
    }

    [Test]
    public async Task FindAsync_NeverReadable_CannotTellAndTriesEveryFiveSeconds()
    {
        for (var i = 0; i < 10; i++)
        {
            var fault = await Assert.ThrowsAsync<JwtFault>(() => FindAsync("a"));
            Assert.That(fault!.CannotTell, Is.True);
        }

        Assert.That(_source.Reads, Is.EqualTo(1));
        Publish("a");
        _time.Advance(TimeSpan.FromSeconds(5));
        await FindAsync("a");
    }

    [Test]
    public async Task FindAsync_WhileTheReadHangs_IsTheCallersToLeave()
    {
        _source.Answer = () => new TaskCompletionSource<byte[]>().Task;
        using var caller = new CancellationTokenSource();
        var finding = _keyring.FindAsync("a", caller.Token).AsTask();
        await caller.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(() => finding);
    }

    [Test]
    public async Task Watcher_OneHangingSource_HoldsUpNoOther()
    {
        _source.Answer = () => new TaskCompletionSource<byte[]>().Task;
        var other = new ScriptedSource { Answer = () => Task.FromResult(SetOf("a")) };
        var keyring = _keyrings.Open(KeyringTerms.OfIssuer("https://other.acme.test", LastGoodFor), other);
        using var watcher = new KeyringWatcher(_keyrings, _time);

        await watcher.StartAsync(CancellationToken.None);

        Assert.That(keyring.Current.Keys, Has.Count.EqualTo(1));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.That((_source.Reads, other.Reads), Is.EqualTo((1, 2)));
    }

    [TestCase(null, 300)]
    [TestCase(60, 60)]
    [TestCase(1, 10)]
    [TestCase(1_000_000, 3600)]
    public void RefreshWhenDue_OwnersHint_IsFollowedWithinBounds(int? hint, int seconds)
    {
        var terms = KeyringTerms.OfIssuer("https://hinting.acme.test", LastGoodFor) with
        {
            Read = utf8 => KeySetReader.Read(utf8) with { RefreshHint = hint is { } value ? TimeSpan.FromSeconds(value) : null },
        };
        var keyring = _keyrings.Open(terms, _source);
        Publish("a");
        keyring.RefreshWhenDue();
        _time.Advance(TimeSpan.FromSeconds(seconds - 1));
        keyring.RefreshWhenDue();
        Assert.That(_source.Reads, Is.EqualTo(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        keyring.RefreshWhenDue();

        Assert.That(_source.Reads, Is.EqualTo(2));
    }

    [Test]
    public async Task Refresh_SameContent_IsTheSameSet()
    {
        var content = SetOf("a");
        _source.Answer = () => Task.FromResult(content);
        var before = await FindAsync("a");
        _time.Advance(TimeSpan.FromMinutes(5));
        _keyring.RefreshWhenDue();

        Assert.That(_keyring.Current, Is.SameAs(before));
        Assert.That(_source.Reads, Is.EqualTo(2));
    }

    [Test]
    public void Refresh_OfAFault_IsLoggedOnce()
    {
        for (var i = 0; i < 3; i++)
        {
            _keyring.RefreshWhenDue();
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        var errors = _log.Collector.GetSnapshot().Where(record => record.Level is LogLevel.Error).ToList();
        Assert.That(errors, Has.Count.EqualTo(1));
        Assert.That(errors[0].Message, Does.Contain("there is nothing"));
    }

    private Task<KeySet> FindAsync(string keyId) => _keyring.FindAsync(keyId, CancellationToken.None).AsTask();

    private async Task<string> FaultOf(string keyId)
    {
        try
        {
            await FindAsync(keyId);
            return "";
        }
        catch (JwtFault fault)
        {
            return fault.Message;
        }
    }

    private void Publish(params string[] keyIds)
    {
        var content = SetOf(keyIds);
        _source.Answer = () => Task.FromResult(content);
    }

    private static byte[] SetOf(params string[] keyIds)
    {
        var keys = new JsonArray();
        foreach (var keyId in keyIds)
        {
            using var key = TestSigningKey.For("ES256");
            var jwk = key.ToJwk();
            (jwk["kid"], jwk["use"]) = (keyId, "sig");
            keys.Add(jwk);
        }

        return Encoding.UTF8.GetBytes(new JsonObject { ["keys"] = keys }.ToJsonString());
    }
}
