using System.Text.RegularExpressions;
using CredBroker.Testing;

namespace CredBroker.Tests.Architecture;

[Category("Unit")]
public sealed partial class DocumentationTests
{
    private static readonly string[] NotOurs = ["node_modules", "bin", "obj", "artifacts", ".git", "data"];

    [TestCaseSource(nameof(Documents))]
    public void Document_Text_NamesNoPlaceOfOneMachine(string document)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, document)).Index().Where(line => MachinePath().IsMatch(line.Item));

        Assert.That(lines.Select(line => $"{document}:{line.Index + 1}: {line.Item}"), Is.Empty);
    }

    [TestCaseSource(nameof(Documents))]
    public void Document_Links_LeadToFiles(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        var links = RelativeLink().Matches(File.ReadAllText(Path.Combine(Repository.Root, document))).Select(link => link.Groups["path"].Value);

        Assert.That(links.Where(link => !Path.Exists(Path.Combine(folder, link))), Is.Empty);
    }

    [Test]
    public void Documents_OfTheRepository_AreFound() => Assert.That(Documents(), Does.Contain("CONTRIBUTING.md"));

    private static IEnumerable<string> Documents() => Directory
        .EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Repository.Root, file))
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(NotOurs.Contains))
        .Order(StringComparer.Ordinal);

    [GeneratedRegex(@"(?<![\w.}>)])/(work|tmp|root|Users|home)/|\b[A-Z]:\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\]\((?<path>(?!\w+:)[^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex RelativeLink();
}
