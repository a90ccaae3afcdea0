using System.Text;
using System.Text.Json;
using CredBroker.Server.Attestation.SpiffeJwt;

namespace CredBroker.Server.Access;

/// <summary>The keys of an issuer that can verify: asymmetric ones with an id of their own.</summary>
internal sealed class IssuerKeys(IReadOnlyDictionary<string, BundleKey> keys)
{
    public BundleKey? Find(string keyId) => keys.GetValueOrDefault(keyId);

    /// <summary>Reads a key set (RFC 7517). Keys of other kinds may stand beside; two of one id are both left out.</summary>
    /// <exception cref="InvalidDataException">It is no key set, or has no key that can be used.</exception>
    public static IssuerKeys Read(string document)
    {
        if (!StrictJson.TryParseObject(Encoding.UTF8.GetBytes(document), out var json)) throw new InvalidDataException("The key set is not one plain JSON object.");
        using (json)
        {
            if (!json.RootElement.TryGetProperty("keys", out var all) || all.ValueKind is not JsonValueKind.Array)
                throw new InvalidDataException("The key set has no keys.");
            var usable = all.EnumerateArray().Where(IsForSignatures).Select(jwk => BundleKeyReader.Read(jwk, out _)).OfType<BundleKey>()
                .GroupBy(key => key.KeyId, StringComparer.Ordinal).Where(same => same.Count() == 1)
                .ToDictionary(same => same.Key, same => same.Single(), StringComparer.Ordinal);
            return usable.Count > 0 ? new IssuerKeys(usable) : throw new InvalidDataException("The key set has no key that can be used.");
        }
    }

    private static bool IsForSignatures(JsonElement jwk) =>
        jwk.ValueKind is JsonValueKind.Object && (!jwk.TryGetProperty("use", out _) || StrictJson.StringOf(jwk, "use") == "sig");
}
