using System.Text.Json.Nodes;
using CredBroker.Audit;
using CredBroker.Server.Audit;
using CredBroker.Server.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Audit;

/// <summary>A trail in a folder of its own, on a disk that can fail.</summary>
internal sealed class AuditTrail : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ScratchFolder _scratch = new();
    private readonly long _maxFileBytes;

    public AuditTrail(long maxFileBytes = 1 << 28)
    {
        _maxFileBytes = maxFileBytes;
        Log = Open();
    }

    public static DateTimeOffset Now { get; } = new(2026, 3, 14, 9, 26, 53, 589, TimeSpan.FromHours(1));

    public FaultyDisk Disk { get; } = new();

    public FakeTimeProvider Time { get; } = new(Now);

    public FileAuditLog Log { get; private set; }

    public string Folder => _scratch.File("audit");

    public IReadOnlyList<string> Files => [.. Directory.GetFiles(Folder, "*.jsonl").Order(StringComparer.Ordinal)];

    public string FirstFile => Path.Combine(Folder, "audit-000001.jsonl");

    public static AuditEvent Event(string message = "m") =>
        new() { Type = AuditEventType.Refused, Time = Now, Actor = AuditActor.Unknown, Message = message };

    public static Task BoundedAsync(Task task) => task.WaitAsync(Patience, TimeProvider.System);

    public static async Task UntilAsync(Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(Patience), "it did not come about");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    /// <summary>Lets time pass until the trail can be written again.</summary>
    public Task RecoverAsync() => UntilAsync(() =>
    {
        if (!Log.IsAvailable) Time.Advance(TimeSpan.FromSeconds(1));
        return Log.IsAvailable;
    });

    public FileAuditLog Open() => new(Folder, _maxFileBytes, Disk, Time, NullLogger<FileAuditLog>.Instance);

    public Task AppendAsync(string message = "m") => BoundedAsync(Log.AppendAsync(Event(message), CancellationToken.None));

    /// <summary>Every line of every file, in order; each must be JSON.</summary>
    public IReadOnlyList<JsonNode> Lines() => [.. Files.SelectMany(File.ReadAllLines).Select(line => JsonNode.Parse(line)!)];

    public IReadOnlyList<string?> Messages() => [.. Lines().Select(line => (string?)line["message"] ?? (string?)line["type"])];

    public void AssertSequence() =>
        Assert.That(Lines().Select(line => (long)line["seq"]!), Is.EqualTo(Enumerable.Range(1, Lines().Count).Select(n => (long)n)));

    public void Restart(Action? meanwhile = null)
    {
        Log.Dispose();
        meanwhile?.Invoke();
        Log = Open();
    }

    public void Dispose()
    {
        Disk.LetFlushesGo();
        Log.Dispose();
        Disk.Dispose();
        _scratch.Dispose();
    }
}
