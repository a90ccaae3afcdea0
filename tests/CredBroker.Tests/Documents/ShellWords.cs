using System.Text;
using System.Text.RegularExpressions;

namespace CredBroker.Tests.Documents;

/// <summary>Takes a command of a document apart as a shell would, as far as the documents go: quotes, and output into a file.</summary>
internal static partial class ShellWords
{
    public static string[] Of(string command) =>
        [.. Word().Matches(Redirection().Replace(command, "")).Select(match => Unquoted(match.Value))];

    private static string Unquoted(string word)
    {
        var text = new StringBuilder();
        var quote = '\0';
        foreach (var letter in word)
        {
            if (quote == letter) quote = '\0';
            else if (quote == '\0' && (letter is '"' or '\'')) quote = letter;
            else text.Append(letter);
        }

        return text.ToString();
    }

    [GeneratedRegex("(?:\"[^\"]*\"|'[^']*'|[^\\s\"'])+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\s>\s*\S+$")]
    private static partial Regex Redirection();
}
