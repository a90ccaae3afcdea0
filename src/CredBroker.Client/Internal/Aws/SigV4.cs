using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Client.Internal.Aws;

/// <summary>Signs requests as AWS wants it (Signature Version 4): every header that it is told of, and the body.</summary>
internal static class SigV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Terminator = "aws4_request";
    private const string TokenHeader = "x-amz-security-token";

    /// <summary>The headers to send: those of the request, <c>x-amz-date</c>, <c>x-amz-security-token</c> where there is one, and <c>authorization</c>; not <c>host</c>.</summary>
    public static IReadOnlyDictionary<string, string> Sign(AwsRequest request, AwsCredentials credentials)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = request.Host, ["x-amz-date"] = request.Date };
        foreach (var (name, value) in request.Headers) headers.Add(name, value.Trim());
        if (credentials.SessionToken is { } token) headers.Add(TokenHeader, token);

        var signed = string.Join(';', headers.Keys);
        var scope = $"{request.Date[..8]}/{request.Region}/{request.Service}/{Terminator}";
        var canonical = $"{request.Method}\n/\n\n{string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n"))}\n{signed}\n{Hash(request.Body)}";
        var toSign = $"{Algorithm}\n{request.Date}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(KeyOf(request, credentials), Encoding.UTF8.GetBytes(toSign)));

        headers.Remove("host");
        headers["authorization"] = $"{Algorithm} Credential={credentials.AccessKeyId}/{scope}, SignedHeaders={signed}, Signature={signature}";
        return headers;
    }

    private static byte[] KeyOf(AwsRequest request, AwsCredentials credentials)
    {
        var key = Encoding.UTF8.GetBytes($"AWS4{credentials.SecretAccessKey}");
        foreach (var part in new[] { request.Date[..8], request.Region, request.Service, Terminator }) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return key;
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
