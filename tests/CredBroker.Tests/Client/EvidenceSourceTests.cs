using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CredBroker.Client;
using CredBroker.Client.Evidence;

namespace CredBroker.Tests.Client;

[TestFixture, Category("Unit")]
public sealed class EvidenceSourceTests
{
    private string _file = "";

    [SetUp]
    public void MakeFile() => _file = Path.GetTempFileName();

    [TearDown]
    public void RemoveFile() => File.Delete(_file);

    [Test]
    public async Task File_Rotated_IsReadAgain()
    {
        var source = new FileEvidenceSource(_file);
        await File.WriteAllTextAsync(_file, "first\n");
        Assert.That(await TextAsync(source), Is.EqualTo("first"));
        await File.WriteAllTextAsync(_file, "second");
        Assert.That(await TextAsync(source), Is.EqualTo("second"));
    }

    [Test]
    public async Task File_EmptyOrTooLong_IsNoEvidence()
    {
        var source = new FileEvidenceSource(_file);
        await File.WriteAllTextAsync(_file, " \n");
        await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await source.GetAsync());
        await File.WriteAllTextAsync(_file, new string('x', WorkloadEvidence.MaxBytes + 1));
        var tooLong = (await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await source.GetAsync()))!;
        Assert.That(tooLong.Message, Does.Not.Contain("xxx"));
    }

    [Test]
    public async Task File_PipeOrDevice_IsNotWaitedFor()
    {
        File.Delete(_file);
        using (var made = Process.Start("mkfifo", [_file])) await made.WaitForExitAsync();

        foreach (var path in new[] { _file, "/dev/zero" })
            await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await new FileEvidenceSource(path).GetAsync());
    }

    [Test]
    public async Task Environment_SetAndUnset_IsReadEachTime()
    {
        var name = $"CREDBROKER_TEST_{Guid.NewGuid():N}";
        var source = new EnvironmentEvidenceSource(name);
        var unset = (await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await source.GetAsync()))!;
        Assert.That(unset.Message, Does.Contain(name));
        Environment.SetEnvironmentVariable(name, " proof ");
        Assert.That(await TextAsync(source), Is.EqualTo("proof"));
        Environment.SetEnvironmentVariable(name, null);
    }

    [Test]
    public void Evidence_PrintedOrSerialised_KeepsItsSecret()
    {
        var evidence = WorkloadEvidence.FromText("spiffe_jwt", "the-secret-svid");
        Assert.That(evidence.ToString(), Does.Not.Contain("the-secret-svid"));
        Assert.That(() => JsonSerializer.Serialize(evidence), Throws.InstanceOf<NotSupportedException>());
    }

    private static async Task<string> TextAsync(IEvidenceSource source) => Encoding.UTF8.GetString((await source.GetAsync()).Payload.Span);
}
