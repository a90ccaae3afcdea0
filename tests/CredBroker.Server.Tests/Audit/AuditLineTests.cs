using System.Text.Json.Nodes;
using CredBroker.Audit;

namespace CredBroker.Server.Tests.Audit;

[TestFixture, Category("Unit")]
public sealed class AuditLineTests
{
    [TestCase("\n{\"seq\":99}\n")]
    [TestCase("\r\n")]
    [TestCase("\"},\"type\":\"task_opened\",\"x\":{\"")]
    [TestCase("\\")]
    [TestCase("\u2028\u2029\u0085\v\f")]
    [TestCase("\0\u001b[2K\u001b[1A\b\u007f\u009b")]
    [TestCase("\u202e\u2066\ufeff\u200b")]
    [TestCase("Ümläut 漢字 😀")]
    [TestCase("<script>&'")]
    public async Task AppendAsync_HostileTextEverywhere_OneAsciiLineThatReadsBackTheSame(string text)
    {
        using var trail = new AuditTrail();

        var line = await AppendAsync(trail, Everywhere(text));

        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllBytes(trail.FirstFile).Count(b => b is < 0x20 or > 0x7e), Is.EqualTo(1), "the line's own end, and nothing else");
            Assert.That((string?)line["type"], Is.EqualTo("refused"));
            Assert.That((string?)line["actor"]!["subject"], Is.EqualTo(text));
            Assert.That((string?)line["task"], Is.EqualTo(text));
            Assert.That((string?)line["message"], Is.EqualTo(text));
            Assert.That((string?)line["details"]![text], Is.EqualTo(text));
        });
    }

    [Test]
    public async Task AppendAsync_LoneSurrogates_AreReplaced()
    {
        using var trail = new AuditTrail();

        var line = await AppendAsync(trail, Everywhere("a" + (char)0xd83d + "b" + (char)0xde00));

        Assert.That((string?)line["message"], Is.EqualTo("a\ufffdb\ufffd"));
    }

    [Test]
    public async Task AppendAsync_EndlessText_IsBoundedAndSaysSo()
    {
        using var trail = new AuditTrail();
        var text = new string('\n', 100_000);
        var auditEvent = Everywhere(text) with
        {
            Details = Enumerable.Range(0, 1000).ToDictionary(n => "name" + n, _ => text),
        };

        var line = await AppendAsync(trail, auditEvent);

        Assert.Multiple(() =>
        {
            Assert.That(new FileInfo(trail.FirstFile).Length, Is.LessThan(256 * 1024));
            Assert.That((bool?)line["truncated"], Is.True);
            Assert.That(line["details"]!.AsObject(), Has.Count.LessThanOrEqualTo(64));
        });
    }

    [Test]
    public async Task AppendAsync_CutInsideAPair_LeavesNoHalf()
    {
        using var trail = new AuditTrail();

        var line = await AppendAsync(trail, AuditTrail.Event("x" + string.Concat(Enumerable.Repeat("😀", 2000))));

        Assert.That((string?)line["message"], Does.EndWith("😀").And.Length.EqualTo(2047));
    }

    [Test]
    public async Task AppendAsync_ShortText_NotMarkedAsCut()
    {
        using var trail = new AuditTrail();

        var line = await AppendAsync(trail, AuditTrail.Event(new string('x', 2048)));

        Assert.That(line["truncated"], Is.Null);
    }

    [Test]
    public async Task AppendAsync_EveryType_HasItsSnakeCaseName()
    {
        using var trail = new AuditTrail();

        await AuditTrail.BoundedAsync(trail.Log.AppendAsync(
            [.. Enum.GetValues<AuditEventType>().Select(type => AuditTrail.Event() with { Type = type })], CancellationToken.None));

        Assert.That(
            trail.Lines().Select(line => ((string)line["type"]!).Replace("_", "", StringComparison.Ordinal)),
            Is.EqualTo(Enum.GetNames<AuditEventType>().Select(name => name.ToLowerInvariant())));
    }

    private static async Task<JsonNode> AppendAsync(AuditTrail trail, AuditEvent auditEvent)
    {
        await AuditTrail.BoundedAsync(trail.Log.AppendAsync(auditEvent, CancellationToken.None));
        return trail.Lines().Single();
    }

    private static AuditEvent Everywhere(string text) => new()
    {
        Type = AuditEventType.Refused,
        Time = AuditTrail.Now,
        Actor = new AuditActor(text, text, text),
        TaskId = text,
        LeaseId = text,
        Reason = text,
        Message = text,
        Details = new Dictionary<string, string> { [text] = text },
    };
}
