using System.Collections;
using System.Globalization;
using System.Text;
using CredBroker.Audit;

namespace CredBroker.Server.Tests.Audit;

[TestFixture, Category("Fault")]
public sealed class FileAuditLogFaultTests
{
    [Test]
    public async Task AppendAsync_FlushFails_WholeBatchRefusedAndMovedAside()
    {
        using var trail = new AuditTrail();
        await trail.AppendAsync("before");
        var opens = trail.Disk.Opens;
        trail.Disk.FlushesToFail = 1;

        await AssertRefusedAsync(trail.Log.AppendAsync([AuditTrail.Event(new string('x', 2000)), AuditTrail.Event("lost")], CancellationToken.None));
        await trail.RecoverAsync();
        await trail.AppendAsync("after");

        Assert.Multiple(() =>
        {
            Assert.That(string.Join(' ', trail.Messages()), Is.EqualTo("before gap after"));
            Assert.That((string?)trail.Lines()[1]["details"]!["events_refused"], Is.EqualTo("2"));
            Assert.That((string?)trail.Lines()[1]["details"]!["moved_to"], Is.EqualTo("audit-000001.jsonl.torn-1"));
            Assert.That(File.ReadAllLines(trail.FirstFile + ".torn-1"), Has.Length.EqualTo(2));
            Assert.That(trail.Disk.Opens, Is.GreaterThan(opens));
            Assert.That(trail.Disk.WasMisused, Is.False);
        });
        trail.AssertSequence();
    }

    [Test]
    public async Task AppendAsync_DiskStaysBroken_RefusesAtOnceAndRecoversByItself()
    {
        using var trail = new AuditTrail();
        await trail.AppendAsync("before");
        (trail.Disk.FlushesToFail, trail.Disk.OpensToFail) = (1, 3);

        await AssertRefusedAsync(trail.Log.AppendAsync(AuditTrail.Event("lost"), CancellationToken.None));
        var available = trail.Log.IsAvailable;
        await AssertRefusedAsync(trail.Log.AppendAsync(AuditTrail.Event("refused"), CancellationToken.None));
        await trail.RecoverAsync();
        await trail.AppendAsync("after");

        Assert.Multiple(() =>
        {
            Assert.That(available, Is.False);
            Assert.That(string.Join(' ', trail.Messages()), Is.EqualTo("before gap after"));
            Assert.That((string?)trail.Lines()[1]["details"]!["events_refused"], Is.EqualTo("2"));
            Assert.That((string?)trail.Lines()[1]["details"]!["cause"], Is.EqualTo("write_failed"));
        });
        trail.AssertSequence();
    }

    [Test]
    public async Task AppendAsync_DiskFull_HalfALineNeverStaysInTheFile()
    {
        using var trail = new AuditTrail();
        await trail.AppendAsync("before");
        // The event's own write, then the copy that moves it aside, then the gap note.
        trail.Disk.WritesToTear = 3;

        await AssertRefusedAsync(trail.Log.AppendAsync(AuditTrail.Event("lost"), CancellationToken.None));
        await trail.RecoverAsync();
        await trail.AppendAsync("after");

        Assert.That(string.Join(' ', trail.Messages()), Is.EqualTo("before gap after"));
        trail.AssertSequence();
    }

    [Test]
    public async Task AppendAsync_NextFileCannotBeMade_RefusedThenRecovers()
    {
        using var trail = new AuditTrail(maxFileBytes: 300);
        await trail.AppendAsync(new string('a', 150));
        trail.Disk.OpensToFail = 2;

        await AssertRefusedAsync(trail.Log.AppendAsync(AuditTrail.Event(new string('b', 150)), CancellationToken.None));
        await trail.RecoverAsync();
        await trail.AppendAsync("after");

        Assert.That(string.Join(' ', trail.Messages().Skip(1)), Is.EqualTo("gap after"));
        trail.AssertSequence();
    }

    [Test]
    public async Task Dispose_DiskStaysBroken_DoesNotHang()
    {
        using var trail = new AuditTrail();
        (trail.Disk.FlushesToFail, trail.Disk.OpensToFail) = (1, int.MaxValue);
        await AssertRefusedAsync(trail.Log.AppendAsync(AuditTrail.Event("lost"), CancellationToken.None));

        await AuditTrail.BoundedAsync(Task.Run(trail.Log.Dispose));
    }

    [Test]
    public async Task AppendAsync_EventThatCannotBeWritten_RefusesItAndLeavesTheFileAlone()
    {
        using var trail = new AuditTrail();

        await AssertRefusedAsync(trail.Log.AppendAsync(AuditTrail.Event() with { Details = new SecondLookFails() }, CancellationToken.None));
        await trail.AppendAsync("after");

        Assert.That(string.Join(' ', trail.Messages()), Is.EqualTo("after"));
    }

    [Test]
    public void AppendAsync_UnknownType_Throws()
    {
        using var trail = new AuditTrail();

        Assert.That(
            () => trail.Log.AppendAsync(AuditTrail.Event() with { Type = (AuditEventType)999 }, CancellationToken.None), Throws.ArgumentException);
    }

    [TestCase("{\"seq\":3,\"time\":\"2026-0")]
    [TestCase("{")]
    [TestCase("\0\0\0\0\0\0")]
    [TestCase("\0\0\0\0{\"seq\":4,\"type\":\"refused\"}\n")]
    [TestCase("{\"seq\":3,\"ty\n{\"seq\":4,\"type\":\"refused\"}\n")]
    [TestCase("{\"seq\":3,\"type\":\"refused\"}")]
    [TestCase("{\"seq\":9,\"type\":\"refused\"}\n")]
    public async Task New_EndIsTorn_MovedAsideNotedAndGoneOnWith(string torn)
    {
        using var trail = new AuditTrail();
        await trail.AppendAsync("one");
        await trail.AppendAsync("two");

        trail.Restart(() => File.AppendAllText(trail.FirstFile, torn));
        await trail.AppendAsync("three");

        Assert.Multiple(() =>
        {
            Assert.That(string.Join(' ', trail.Messages()), Is.EqualTo("one two gap three"));
            Assert.That((string?)trail.Lines()[2]["details"]!["cause"], Is.EqualTo("torn_line"));
            Assert.That(File.ReadAllText(trail.FirstFile + ".torn-1", Encoding.UTF8), Is.EqualTo(torn));
            Assert.That(trail.Lines().Select(line => (long)line["seq"]!), Is.Ordered.And.Unique);
        });
    }

    [Test]
    public async Task New_WholeLineWithoutAnAnswer_IsKept()
    {
        using var trail = new AuditTrail();
        await trail.AppendAsync("one");

        trail.Restart(() => File.AppendAllText(trail.FirstFile, "{\"seq\":2,\"message\":\"two\"}\n"));
        await trail.AppendAsync("three");

        Assert.That(string.Join(' ', trail.Messages()), Is.EqualTo("one two three"));
        trail.AssertSequence();
    }

    [Test]
    public async Task New_TornFirstLineOfASecondFile_NumberGoesOnFromTheFirst()
    {
        using var trail = new AuditTrail(maxFileBytes: 300);
        await trail.AppendAsync(new string('a', 150));
        await trail.AppendAsync(new string('b', 150));

        trail.Restart(() => File.WriteAllText(trail.Files[1], "{\"se"));
        await trail.AppendAsync("after");

        trail.AssertSequence();
    }

    [Test]
    public async Task AppendAsync_FileCutShortDuringAFault_IsNoted()
    {
        using var trail = new AuditTrail();
        await trail.AppendAsync("one");
        var firstLine = new FileInfo(trail.FirstFile).Length;
        await trail.AppendAsync("two");
        (trail.Disk.FlushesToFail, trail.Disk.OpensToFail) = (1, 2);
        await AssertRefusedAsync(trail.Log.AppendAsync(AuditTrail.Event("lost"), CancellationToken.None));

        using (var file = new FileStream(trail.FirstFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(firstLine);
        await trail.RecoverAsync();

        Assert.Multiple(() =>
        {
            Assert.That(string.Join(' ', trail.Messages()), Is.EqualTo("one gap"));
            Assert.That((string?)trail.Lines()[1]["details"]!["bytes_missing"], Is.EqualTo(firstLine.ToString(CultureInfo.InvariantCulture)));
        });
    }

    private static async Task AssertRefusedAsync(Task append)
    {
        try
        {
            await AuditTrail.BoundedAsync(append);
        }
        catch (RefusedException refused)
        {
            Assert.Multiple(() =>
            {
                Assert.That(refused.Reason, Is.EqualTo(ErrorReason.AuditUnavailable));
                Assert.That(refused.RetryAfter, Is.GreaterThan(TimeSpan.Zero));
                Assert.That(refused.Message, Does.Not.Contain("space"));
            });
            return;
        }
        Assert.Fail("it was not refused");
    }

    /// <summary>Details that change under the writer's hands.</summary>
    private sealed class SecondLookFails : IReadOnlyDictionary<string, string>
    {
        private int _looks;

        public int Count => 1;

        public IEnumerable<string> Keys => ["a"];

        public IEnumerable<string> Values => ["b"];

        public string this[string key] => "b";

        public bool ContainsKey(string key) => key == "a";

        public bool TryGetValue(string key, out string value)
        {
            value = "b";
            return key == "a";
        }

        public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ++_looks > 1
            ? throw new InvalidOperationException("Collection was modified.")
            : new Dictionary<string, string> { ["a"] = "b" }.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
