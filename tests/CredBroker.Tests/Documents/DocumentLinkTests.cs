using System.Text.RegularExpressions;
using CredBroker.Testing;

namespace CredBroker.Tests.Documents;

/// <summary>Whoever follows a link of a document gets to what it names: the file, and the heading in it.</summary>
[TestFixture, Category("Unit")]
public sealed partial class DocumentLinkTests
{
    [Test]
    public void Link_OfAnyDocument_LeadsSomewhere()
    {
        var broken = ShellBlock.Documents().SelectMany(document => LinksOf(document)
            .Where(link => !IsThere(document, link))
            .Select(link => $"{Path.GetRelativePath(Repository.Root, document)}: {link}"));

        Assert.That(string.Join('\n', broken), Is.Empty);
    }

    private static IEnumerable<string> LinksOf(string document) => Link().Matches(Fenced().Replace(File.ReadAllText(document), ""))
        .Select(match => match.Groups[1].Value)
        .Where(link => !link.Contains(':', StringComparison.Ordinal));

    private static bool IsThere(string document, string link)
    {
        var parts = link.Split('#');
        var file = parts[0].Length == 0 ? document : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, parts[0]));
        if (!Path.Exists(file)) return false;
        return parts.Length == 1 || !file.EndsWith(".md", StringComparison.Ordinal)
            || Heading().Matches(Fenced().Replace(File.ReadAllText(file), "")).Any(heading => AnchorOf(heading.Groups[1].Value) == parts[1]);
    }

    /// <summary>As the renderers of repositories make it: without marks, in lower case, hyphens for spaces.</summary>
    private static string AnchorOf(string heading) =>
        NoLetter().Replace(LinkText().Replace(heading.Trim(), "$1"), "").ToLowerInvariant().Replace(' ', '-');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fenced();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoLetter();
}
