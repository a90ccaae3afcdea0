using CredBroker.Audit;
using CredBroker.Server.Hosting;
using CredBroker.Server.Tests.Hosting;

namespace CredBroker.Server.Tests.Audit;

[TestFixture, Category("Unit")]
public sealed class FileAuditLogTests
{
    [Test]
    public async Task AppendAsync_FullEvent_IsExactlyTheDocumentedLine()
    {
        using var trail = new AuditTrail();
        var auditEvent = new AuditEvent
        {
            Type = AuditEventType.IssueAllowed,
            Time = AuditTrail.Now,
            Actor = new AuditActor("agent", "spiffe://acme.example/a", "acme"),
            TaskId = "tsk_1",
            LeaseId = "lse_1",
            Reason = "POLICY_DENIED",
            Message = "Allowed.",
            Details = new Dictionary<string, string> { ["template"] = "orders-read" },
        };

        await AuditTrail.BoundedAsync(trail.Log.AppendAsync(auditEvent, CancellationToken.None));

        Assert.That(File.ReadAllText(trail.FirstFile), Is.EqualTo(
            """{"seq":1,"time":"2026-03-14T08:26:53.589Z","type":"issue_allowed","actor":{"kind":"agent","subject":"spiffe://acme.example/a","tenant":"acme"},"task":"tsk_1","lease":"lse_1","reason":"POLICY_DENIED","message":"Allowed.","details":{"template":"orders-read"}}"""
            + "\n"));
    }

    [Test]
    public async Task AppendAsync_FlushHeld_CompletesOnlyAfterIt()
    {
        using var trail = new AuditTrail();
        trail.Disk.HoldFlushes();

        var append = trail.Log.AppendAsync(AuditTrail.Event(), CancellationToken.None);
        await AuditTrail.UntilAsync(() => trail.Disk.Flushing == 1);
        var beforeFlush = append.IsCompleted;
        trail.Disk.LetFlushesGo();
        await AuditTrail.BoundedAsync(append);

        Assert.That(beforeFlush, Is.False);
    }

    [Test]
    public async Task AppendAsync_ManyDuringOneFlush_ShareTheNext()
    {
        using var trail = new AuditTrail();
        trail.Disk.HoldFlushes();
        var first = trail.AppendAsync("first");
        await AuditTrail.UntilAsync(() => trail.Disk.Flushing == 1);

        var rest = Enumerable.Range(0, 1000).Select(n => trail.AppendAsync("m" + n)).ToArray();
        trail.Disk.LetFlushesGo();
        await Task.WhenAll([first, .. rest]);

        Assert.Multiple(() =>
        {
            Assert.That(trail.Disk.Flushes, Is.EqualTo(2));
            Assert.That(trail.Lines(), Has.Count.EqualTo(1001));
        });
        trail.AssertSequence();
    }

    [Test]
    public async Task AppendAsync_OneAfterTheOther_EachHasItsOwnFlush()
    {
        using var trail = new AuditTrail();

        for (var i = 0; i < 5; i++) await trail.AppendAsync();

        Assert.That(trail.Disk.Flushes, Is.EqualTo(5));
    }

    [Test]
    public async Task AppendAsync_EventsThatBelongTogether_StandTogether()
    {
        using var trail = new AuditTrail();

        await AuditTrail.BoundedAsync(trail.Log.AppendAsync([AuditTrail.Event("a"), AuditTrail.Event("b")], CancellationToken.None));
        await AuditTrail.BoundedAsync(trail.Log.AppendAsync([], CancellationToken.None));

        Assert.Multiple(() =>
        {
            Assert.That(string.Join(' ', trail.Messages()), Is.EqualTo("a b"));
            Assert.That(trail.Disk.Flushes, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task AppendAsync_CallerGivesUp_ItsLineIsKept()
    {
        using var trail = new AuditTrail();
        using var patience = new CancellationTokenSource();
        trail.Disk.HoldFlushes();
        var first = trail.AppendAsync("first");
        await AuditTrail.UntilAsync(() => trail.Disk.Flushing == 1);

        var second = trail.Log.AppendAsync(AuditTrail.Event("second"), patience.Token);
        await patience.CancelAsync();
        Assert.That(async () => await second, Throws.InstanceOf<OperationCanceledException>());
        trail.Disk.LetFlushesGo();
        await first;
        await trail.AppendAsync("third");

        Assert.That(string.Join(' ', trail.Messages()), Is.EqualTo("first second third"));
    }

    [Test]
    public async Task New_Folder_IsForTheOwnerOnly()
    {
        using var trail = new AuditTrail();

        await trail.AppendAsync();

        const UnixFileMode ownFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Multiple(() =>
        {
            Assert.That(ScratchFolder.ModeOf(trail.Folder), Is.EqualTo(ownFile | UnixFileMode.UserExecute));
            foreach (var file in Directory.GetFiles(trail.Folder)) Assert.That(ScratchFolder.ModeOf(file), Is.EqualTo(ownFile), file);
        });
    }

    [Test]
    public void New_FolderInUse_Refused()
    {
        using var trail = new AuditTrail();

        Assert.That(() => trail.Open(), Throws.TypeOf<StartRefusedException>().With.Message.Contains("Another broker"));
    }

    [Test]
    public async Task New_FileOpenToOthers_Refused()
    {
        using var trail = new AuditTrail();
        await trail.AppendAsync();

        Assert.That(
            () => trail.Restart(() => ScratchFolder.SetMode(trail.FirstFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead)),
            Throws.TypeOf<StartRefusedException>().With.Message.Contains("chmod 600"));
    }

    [Test]
    public async Task Dispose_EventsWaiting_AreWritten()
    {
        using var trail = new AuditTrail();
        trail.Disk.HoldFlushes();
        var appends = Enumerable.Range(0, 10).Select(n => trail.AppendAsync("m" + n)).ToArray();
        await AuditTrail.UntilAsync(() => trail.Disk.Flushing == 1);
        trail.Disk.LetFlushesGo();

        trail.Log.Dispose();
        await Task.WhenAll(appends);

        Assert.Multiple(() =>
        {
            Assert.That(trail.Lines(), Has.Count.EqualTo(10));
            Assert.That(async () => await trail.AppendAsync(), Throws.TypeOf<RefusedException>());
        });
    }

    [Test]
    public async Task AppendAsync_BeyondTheFileLimit_GoesOnInTheNextFile()
    {
        using var trail = new AuditTrail(maxFileBytes: 1000);

        for (var i = 0; i < 20; i++) await trail.AppendAsync("message " + i);
        trail.Restart();
        await trail.AppendAsync("after the restart");

        Assert.Multiple(() =>
        {
            Assert.That(trail.Files, Has.Count.GreaterThan(2));
            foreach (var file in trail.Files) Assert.That(new FileInfo(file).Length, Is.LessThanOrEqualTo(1000));
            Assert.That(trail.Messages()[^1], Is.EqualTo("after the restart"));
            Assert.That(trail.Lines(), Has.Count.EqualTo(21));
        });
        trail.AssertSequence();
    }

    [Test]
    public async Task New_NewestFileIsEmpty_GoesOnFromTheOneBefore()
    {
        using var trail = new AuditTrail();
        await trail.AppendAsync();
        await trail.AppendAsync();
        trail.Restart(() =>
        {
            var next = Path.Combine(trail.Folder, "audit-000002.jsonl");
            File.WriteAllText(next, "");
            ScratchFolder.SetMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        });

        await trail.AppendAsync();

        trail.AssertSequence();
        Assert.That(File.ReadAllLines(trail.Files[1]), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task AppendAsync_FarTooMuchWaiting_IsRefusedAndNotKept()
    {
        using var trail = new AuditTrail();
        trail.Disk.HoldFlushes();
        var first = trail.AppendAsync();
        await AuditTrail.UntilAsync(() => trail.Disk.Flushing == 1);
        var large = AuditTrail.Event(new string('x', 1024 * 1024));

        var waiting = Enumerable.Range(0, 40).Select(_ => trail.Log.AppendAsync(large, CancellationToken.None)).ToArray();
        var refused = waiting.Count(append => append.IsFaulted);
        trail.Disk.LetFlushesGo();
        await first;
        await AuditTrail.BoundedAsync(Task.WhenAll(waiting.Where(append => !append.IsFaulted)));

        Assert.Multiple(() =>
        {
            Assert.That(refused, Is.InRange(1, 39));
            Assert.That(trail.Lines(), Has.Count.EqualTo(41 - refused));
            Assert.That(trail.Log.IsAvailable, Is.True);
        });
    }
}
