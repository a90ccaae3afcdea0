using System.Text.Json.Serialization;

namespace CredBroker.Tokens;

/// <summary>A ring as it is written. Instants are milliseconds since 1970.</summary>
internal sealed record SealedRing(
    [property: JsonPropertyName("version")] long Version,
    [property: JsonPropertyName("keys")] IReadOnlyList<SealedRing.Entry> Keys,
    [property: JsonPropertyName("withdrawn")] IReadOnlyList<SealedRing.Withdrawal> Withdrawn)
{
    public static SealedRing Of(KeyRing ring, IEnumerable<string> sealedKeys) => new(
        ring.Version,
        [.. ring.Keys.Zip(sealedKeys, (key, text) => new Entry(
            key.Public.Id, key.Public.Algorithm, key.PublishedAt.ToUnixTimeMilliseconds(), key.SignsFrom.ToUnixTimeMilliseconds(),
            key.RetiredUntil?.ToUnixTimeMilliseconds(), key.Private is not null, text))],
        [.. ring.Withdrawn.Select(key => new Withdrawal(key.Id, key.Until.ToUnixTimeMilliseconds()))]);

    public KeyRing ToRing(Func<string, string, bool, string, (PublicSigningKey Public, SigningKey? Private)> open)
    {
        if (Keys is null || Withdrawn is null || !Keys.Any(key => key.Signs)) throw new FormatException("A ring holds no key that can sign.");
        return new KeyRing(Version, [.. Keys.Select(key => key.ToKey(open))], [.. Withdrawn.Select(key => new WithdrawnKey(key.Id, Read(key.Until)))]);
    }

    private static DateTimeOffset Read(long instant) => DateTimeOffset.FromUnixTimeMilliseconds(instant);

    internal sealed record Entry(
        [property: JsonPropertyName("kid")] string Id,
        [property: JsonPropertyName("alg")] string Algorithm,
        [property: JsonPropertyName("published_at")] long PublishedAt,
        [property: JsonPropertyName("signs_from")] long SignsFrom,
        [property: JsonPropertyName("retired_until")] long? RetiredUntil,
        [property: JsonPropertyName("signs")] bool Signs,
        [property: JsonPropertyName("sealed")] string Sealed)
    {
        public RingKey ToKey(Func<string, string, bool, string, (PublicSigningKey Public, SigningKey? Private)> open)
        {
            var (published, signing) = open(Id, Algorithm, Signs, Sealed);
            return new RingKey(published, signing, Read(PublishedAt), Read(SignsFrom), RetiredUntil is { } until ? Read(until) : null);
        }
    }

    internal sealed record Withdrawal([property: JsonPropertyName("kid")] string Id, [property: JsonPropertyName("until")] long Until);
}
