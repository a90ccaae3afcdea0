using System.Text.RegularExpressions;
using CredBroker.Policy.Cedar.Cases;
using CredBroker.Testing;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>The document of controls says of each scenario what the scenario says of itself, and names tests that are there.</summary>
[TestFixture]
[Category("Unit")]
public sealed partial class ControlsDocumentTests
{
    private static readonly string[] Catalogues = ["ASI", "NHI", "MAESTRO", "AML.", "GOVERN"];
    private static readonly string Samples = Path.Combine(Repository.Root, "samples", "policies");
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "controls.md"));

    private static readonly Lazy<string[]> Sources = new(() =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText)]);

    [Test]
    public async Task Scenario_EachCatalogue_HasAControlOrAReasonWhyNone()
    {
        var missing = from scenario in await ScenariosAsync()
                      from catalogue in Catalogues
                      where !scenario.Controls.Any(control => control.StartsWith(catalogue, StringComparison.Ordinal))
                      where !Regex.IsMatch(Document, $@"^\| `{scenario.Name}` \| {Regex.Escape(catalogue)} \| \S", RegexOptions.Multiline)
                      select $"{scenario.Name}: {catalogue}";

        Assert.That(missing, Is.Empty);
    }

    [Test]
    public async Task Rows_OfControls_NameTheScenariosThatNameThem()
    {
        var shown = (await ScenariosAsync()).SelectMany(scenario => scenario.Controls, (scenario, control) => $"{control}: {scenario.Name}");
        var told = Rows().SelectMany(row => Scenario().Matches(row.Scenarios), (row, name) => $"{row.Control}: {name.Groups["name"].Value}");

        Assert.That(told, Is.EquivalentTo(shown));
    }

    [Test]
    public void Rows_NotCovered_StandInNoTable() =>
        Assert.That(Rows().Select(row => row.Control), Has.None.AnyOf("ASI04", "ASI05", "ASI06", "ASI09", "NHI3", "NHI6"));

    [TestCaseSource(nameof(NamedTests))]
    public void Control_NamedTest_IsThere(string fixture, string test) => Assert.That(
        Sources.Value.Any(source => Regex.IsMatch(source, $@"\bclass {fixture}\b") && Regex.IsMatch(source, $@"\b(void|Task) {test}\(")), Is.True);

    [Test]
    public void Controls_OfTheDocument_AreManyAndEachStandsOnce()
    {
        Assert.That(Rows().Select(row => row.Control), Is.Unique);
        Assert.That(Rows().Count(), Is.GreaterThan(35));
        Assert.That(NamedTests().Count(), Is.GreaterThan(15));
    }

    private static async Task<IReadOnlyList<PolicyCaseResult>> ScenariosAsync() =>
        (await PolicyCases.RunAsync(Path.Combine(Samples, "starter"), Path.Combine(Samples, "threats"), TestCedar.Module, CancellationToken.None)).Results;

    private static IEnumerable<(string Control, string Scenarios)> Rows() =>
        Row().Matches(Document).Select(row => (row.Groups["control"].Value, row.Groups["scenarios"].Value));

    private static IEnumerable<TestCaseData> NamedTests() => TestName()
        .Matches(Document)
        .Select(match => (Fixture: match.Groups["fixture"].Value, Test: match.Groups["test"].Value))
        .Distinct()
        .Select(named => new TestCaseData(named.Fixture, named.Test));

    // MAESTRO has no numbers, so there the name is the control.
    [GeneratedRegex(@"^\| (?:(?<control>MAESTRO [^|\n]+?) |(?<control>ASI\d\d|NHI\d+|AML\.T\d{4}|GOVERN \d\.\d) [^|\n]*)\| (?<scenarios>[^|\n]*)\|[^|\n]*\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[a-z0-9-]+)`")]
    private static partial Regex Scenario();

    [GeneratedRegex(@"`(?<fixture>[A-Za-z0-9]+)\.(?<test>[A-Za-z0-9]+_[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();
}
