using System.Text.RegularExpressions;
using CredBroker.Testing;

namespace CredBroker.Tests.Architecture;

/// <summary>The attack list names a test for each attack; here it is seen to that there is such a test.</summary>
[Category("Unit")]
public sealed partial class AttackListDocumentTests
{
    private static readonly Lazy<string[]> Sources = new(() =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Conformance.cs", SearchOption.AllDirectories))
            .Select(File.ReadAllText)]);

    [TestCaseSource(nameof(NamedTests))]
    public void Attack_NamedTest_IsThere(string fixture, string test) => Assert.That(
        Sources.Value.Any(source => Regex.IsMatch(source, $@"\bclass {fixture}\b") && Regex.IsMatch(source, $@"\b(void|Task) {test}\(")), Is.True);

    [Test]
    public void Attacks_OfTheList_AreMany() => Assert.That(NamedTests().Count(), Is.GreaterThan(60));

    private static IEnumerable<TestCaseData> NamedTests() => TestName()
        .Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "attestation.md")))
        .Select(match => (Fixture: match.Groups["fixture"].Value, Test: match.Groups["test"].Value))
        .Distinct()
        .Select(named => new TestCaseData(named.Fixture, named.Test));

    [GeneratedRegex(@"`(?<fixture>[A-Za-z0-9]+)\.(?<test>[A-Za-z0-9]+_[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();
}
