using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace CredBroker.Server.Attestation;

/// <summary>
/// A SPIFFE ID that names a workload (SPIFFE-ID §2): <c>spiffe://trust-domain/path</c>, at most 2048 bytes, nothing escaped, with
/// a path. Stricter than the standard in one point: two dots in a row are refused anywhere, as in rules.
/// </summary>
internal sealed record SpiffeId
{
    public const int MaxLength = 2048;

    private const string Scheme = "spiffe://";
    private static readonly SearchValues<char> TrustDomainChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_");
    private static readonly SearchValues<char> SegmentChars =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    private SpiffeId(string text, string trustDomain, string path) => (Text, TrustDomain, Path) = (text, trustDomain, path);

    public string Text { get; }

    public string TrustDomain { get; }

    /// <summary>With its leading slash.</summary>
    public string Path { get; }

    /// <summary>Facts for rules.</summary>
    public IReadOnlyList<string> Selectors => [$"spiffe:trust_domain:{TrustDomain}", $"spiffe:path:{Path}"];

    public static bool TryParse(string? text, [NotNullWhen(true)] out SpiffeId? id)
    {
        id = null;
        if (text is null || text.Length > MaxLength || !text.StartsWith(Scheme, StringComparison.Ordinal)) return false;
        var slash = text.IndexOf('/', Scheme.Length);
        if (slash < 0 || !IsTrustDomain(text.AsSpan(Scheme.Length..slash)) || !IsPath(text.AsSpan(slash))) return false;
        id = new SpiffeId(text, text[Scheme.Length..slash], text[slash..]);
        return true;
    }

    public static bool IsTrustDomain(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= 255 && !name.ContainsAnyExcept(TrustDomainChars) && !name.Contains("..", StringComparison.Ordinal);

    private static bool IsPath(ReadOnlySpan<char> path)
    {
        if (path.Contains("..", StringComparison.Ordinal)) return false;
        foreach (var range in path[1..].Split('/'))
        {
            var segment = path[1..][range];
            if (segment.IsEmpty || segment is "." || segment.ContainsAnyExcept(SegmentChars)) return false;
        }

        return true;
    }
}
