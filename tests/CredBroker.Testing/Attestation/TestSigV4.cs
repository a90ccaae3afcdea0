using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Testing.Attestation;

/// <summary>Signature Version 4 of AWS for requests to the root path. It uses nothing of what the SDK signs with.</summary>
public static class TestSigV4
{
    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The signature over exactly these headers, which are given in any order.</summary>
    public static string Sign(string secret, string scope, IEnumerable<(string Name, string Value)> headers, string date, string body, string method = "POST")
    {
        var ordered = headers.OrderBy(header => header.Name, StringComparer.Ordinal).ToList();
        var canonical = new StringBuilder($"{method}\n/\n\n");
        foreach (var (name, value) in ordered) canonical.Append(CultureInfo.InvariantCulture, $"{name}:{value}\n");
        canonical.Append(CultureInfo.InvariantCulture, $"\n{string.Join(';', ordered.Select(header => header.Name))}\n{Hash(body)}");
        var key = Encoding.UTF8.GetBytes($"AWS4{secret}");
        foreach (var part in scope.Split('/')) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Hash(canonical.ToString())}")));
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
