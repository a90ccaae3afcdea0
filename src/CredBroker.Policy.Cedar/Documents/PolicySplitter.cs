using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Documents;

/// <summary>
/// Cuts a file into its policies, so that each can be read, and blamed, by itself. A policy ends with a semicolon, which stands
/// nowhere else but in text and comments. What is no policy is found out by Cedar, which reads every piece.
/// </summary>
internal static class PolicySplitter
{
    /// <summary>The pieces of a file.</summary>
    public static IEnumerable<PolicyText> Split(FileFaults file, string text)
    {
        var (line, at) = (1, 0);
        while (true)
        {
            Skip(text, ref at, ref line);
            if (at == text.Length) yield break;
            var (start, startLine) = (at, line);
            FindEnd(text, ref at, ref line);
            yield return new PolicyText(file, startLine, text[start..at]);
        }
    }

    /// <summary>Goes past white space and comments.</summary>
    private static void Skip(string text, ref int at, ref int line)
    {
        while (at < text.Length)
        {
            if (IsComment(text, at)) SkipComment(text, ref at);
            else if (char.IsWhiteSpace(text[at])) line += text[at++] == '\n' ? 1 : 0;
            else return;
        }
    }

    private static void FindEnd(string text, ref int at, ref int line)
    {
        while (at < text.Length)
        {
            if (IsComment(text, at))
            {
                SkipComment(text, ref at);
                continue;
            }

            var c = text[at++];
            if (c == '\n') line++;
            else if (c == '"') SkipString(text, ref at, ref line);
            else if (c == ';') return;
        }
    }

    private static void SkipString(string text, ref int at, ref int line)
    {
        while (at < text.Length)
        {
            var c = text[at++];
            if (c == '\n') line++;
            else if (c == '"') return;
            else if (c == '\\' && at < text.Length) line += text[at++] == '\n' ? 1 : 0;
        }
    }

    private static bool IsComment(string text, int at) => text[at] == '/' && at + 1 < text.Length && text[at + 1] == '/';

    private static void SkipComment(string text, ref int at)
    {
        var end = text.IndexOf('\n', at);
        at = end < 0 ? text.Length : end;
    }
}
