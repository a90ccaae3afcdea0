using System.Text;
using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Documents;

/// <summary>The text of one policy in its file.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line that it begins on, from 1.</param>
/// <param name="Text">The policy, from its first annotation or word to its semicolon.</param>
internal sealed record PolicyText(FileFaults File, int Line, string Text)
{
    /// <summary>The line of a place in the text.</summary>
    /// <param name="offset">The place as Cedar gives it: in bytes of UTF-8.</param>
    public int LineOf(int offset)
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        return Line + bytes.AsSpan(0, Math.Clamp(offset, 0, bytes.Length)).Count((byte)'\n');
    }
}
