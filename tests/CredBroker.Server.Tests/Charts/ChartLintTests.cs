namespace CredBroker.Server.Tests.Charts;

[TestFixture, Category("Unit")]
internal sealed class ChartLintTests
{
    private const string Rewrite = "CREDBROKER_REWRITE_GOLDENS";
    private static readonly string Goldens = Path.Combine(Testing.Repository.Root, "tests", "CredBroker.Server.Tests", "Charts", "Goldens");

    private static IEnumerable<string> Sets => RenderedChart.Sets;

    [TestCaseSource(nameof(Sets))]
    public async Task Lint_Strict_FindsNothing(string set)
    {
        var result = await HelmProgram.RunAsync("lint", "--strict", HelmProgram.Chart, "--namespace", "security", "--values", RenderedChart.ValuesOf(set));

        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Error);
        Assert.That(result.Output, Does.Not.Contain("[WARNING]").And.Contain("0 chart(s) failed"));
    }

    /// <summary>What changed in the chart is seen in a review as what changes in a cluster.</summary>
    [TestCaseSource(nameof(Sets))]
    public async Task Template_Output_IsTheGolden(string set)
    {
        var text = (await RenderedChart.GetAsync(set)).Text;
        var golden = Path.Combine(Goldens, $"{set}.yaml");
        if (Environment.GetEnvironmentVariable(Rewrite) == "1") await File.WriteAllTextAsync(golden, text);

        Assert.That(text, Is.EqualTo(await File.ReadAllTextAsync(golden)), $"Where this is meant, run the test with {Rewrite}=1 and look at the difference.");
    }

    [Test]
    public void Sets_OfTheChart_HaveGoldensAndNoOthers() => Assert.That(
        Directory.GetFiles(Goldens).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal), Is.EqualTo(RenderedChart.Sets));
}
