using System.Diagnostics;
using System.Text.RegularExpressions;
using CredBroker.Testing;

namespace CredBroker.Server.Tests.Api.AuthZen;

/// <summary>The gateway of the document does what the document says.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed partial class AuthZenDocumentTests : AuthZenFixture
{
    [Test]
    public async Task Document_Gateway_CallsWhatMayBeCalledAndHoldsBackTheRest()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "authzen.md"));
        var blocks = Block().Matches(document).ToList();
        var script = blocks.Single(block => block.Groups["kind"].Value == "sh").Groups["text"].Value;
        var opened = await Calls.OpenAsync();

        var output = await RunAsync(script, ("BROKER", Calls.Http.BaseAddress!.ToString().TrimEnd('/')), ("TASK", opened.Id), ("TASK_TOKEN", opened.Token));

        var shown = blocks.Single(block => block.Groups["kind"].Value.Length == 0).Groups["text"].Value;
        Assert.That(Version().Replace(output, "\"…\""), Is.EqualTo(Version().Replace(shown, "\"…\"")));
        Assert.That(LinesOf(opened), Has.Count.EqualTo(2));
    }

    private static async Task<string> RunAsync(string script, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true };
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var bash = Process.Start(start)!;
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return output;
    }

    [GeneratedRegex("^```(?<kind>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("(?<=\"policy_version\":)\"[^\"]*\"")]
    private static partial Regex Version();
}
