using System.Buffers.Text;
using System.Text;

namespace CredBroker;

/// <summary>Page sizes and page tokens as every listing call has them. A token is opaque and stays good while things come and go.</summary>
internal static class PageToken
{
    private const int DefaultSize = 100;
    private const int MaxSize = 1_000;
    private const int MaxLength = 200;

    /// <summary>The size of a page: 1 to 1,000; 0 = 100.</summary>
    public static int Size(int asked)
    {
        new RequestLimits().Require(asked is >= 0 and <= MaxSize, "page_size", "must be 0 to 1000").ThrowIfAny();
        return asked == 0 ? DefaultSize : asked;
    }

    public static string Write(string? position) => position is null ? "" : Base64Url.EncodeToString(Encoding.ASCII.GetBytes(position));

    /// <summary>What <see cref="Write"/> was given; null for the first page.</summary>
    public static string? Read(string token)
    {
        if (token.Length == 0) return null;
        if (token.Length > MaxLength || !Base64Url.IsValid(token)) throw Invalid();
        return Encoding.ASCII.GetString(Base64Url.DecodeFromChars(token));
    }

    public static RefusedException Invalid() => RefusedException.Invalid("page_token", "is not one that this broker gave for this request");
}
