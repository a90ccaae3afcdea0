using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>
/// Remembers answers. Cedar computes and does nothing else: the same policies, asked the same, answer the same, and agents ask
/// the same again and again. A request is known by the digest of all that Cedar would be shown.
/// </summary>
/// <param name="capacity">How many answers are kept at the most.</param>
internal sealed class AnswerMemo(int capacity)
{
    private readonly Generations<Key, CedarAnswer> _answers = new(capacity);

    /// <summary>What a request is known by.</summary>
    public static string DigestOf(ReadOnlySpan<byte> request)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(request, digest);
        return Convert.ToHexStringLower(digest);
    }

    /// <summary>The answer, where it is remembered.</summary>
    public bool TryGet(PolicyQuestion question, string digest, [NotNullWhen(true)] out CedarAnswer? answer) =>
        _answers.TryGet(new Key(question, digest), out answer);

    /// <summary>Remembers an answer. What failed is not remembered: it is to be asked, and logged, each time.</summary>
    public void Add(PolicyQuestion question, string digest, CedarAnswer answer)
    {
        if (answer.Errors.Count == 0) _answers.Add(new Key(question, digest), answer);
    }

    private readonly record struct Key(PolicyQuestion Question, string Digest);
}
