using CredBroker.Testing;

namespace CredBroker.Tests.Documents;

/// <summary>The commands that a document tells its reader to give.</summary>
/// <param name="Document">The document, from the root of the repository.</param>
/// <param name="Commands">One a line: continued lines are put together, comments are gone.</param>
internal sealed record ShellBlock(string Document, IReadOnlyList<string> Commands)
{
    private const string Fence = "```";

    /// <summary>Every block that is marked as shell.</summary>
    public static IEnumerable<ShellBlock> ReadAll() =>
        from document in Documents()
        from block in Read(File.ReadAllLines(document))
        select new ShellBlock(Path.GetRelativePath(Repository.Root, document), block);

    /// <summary>The documents of the repository.</summary>
    public static IEnumerable<string> Documents() => new[] { "docs", "samples", "charts" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", SearchOption.AllDirectories))
        .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"))
        .Where(file => !file.Contains("/node_modules/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<IReadOnlyList<string>> Read(IReadOnlyList<string> lines)
    {
        string? language = null;
        var text = new List<string>();
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (!line.StartsWith(Fence, StringComparison.Ordinal))
            {
                text.Add(line);
                continue;
            }

            if (language == "sh") yield return Joined(text);
            language = language is null ? line[Fence.Length..] : null;
            text = [];
        }
    }

    private static List<string> Joined(IEnumerable<string> lines)
    {
        var commands = new List<string>();
        var whole = "";
        foreach (var line in lines)
        {
            whole += line.EndsWith('\\') ? line[..^1] : line;
            if (line.EndsWith('\\')) continue;
            var comment = whole.StartsWith('#') ? 0 : whole.IndexOf(" #", StringComparison.Ordinal);
            var command = (comment < 0 ? whole : whole[..comment]).Trim();
            if (command.Length > 0) commands.Add(command);
            whole = "";
        }

        return commands;
    }
}
