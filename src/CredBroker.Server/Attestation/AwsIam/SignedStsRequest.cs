using System.Text.Json;
using System.Text.RegularExpressions;
using CredBroker.Server.Jose;

namespace CredBroker.Server.Attestation.AwsIam;

/// <summary>
/// A request to STS that the workload has signed, <c>GetCallerIdentity</c> and nothing else. It is taken apart into what little may differ, and
/// built anew from that: whatever else it said is not sent.
/// </summary>
/// <param name="Address">The endpoint.</param>
/// <param name="Headers">The headers to send with it, by their lower-case names.</param>
/// <param name="Challenge">The challenge that it answers.</param>
internal sealed partial record SignedStsRequest(string Address, IReadOnlyDictionary<string, string> Headers, string Challenge)
{
    public const string Body = "Action=GetCallerIdentity&Version=2011-06-15";
    public const string ContentType = "application/x-www-form-urlencoded; charset=utf-8";

    private const string Authorization = "authorization";
    private const string Date = "x-amz-date";
    private const string SecurityToken = "x-amz-security-token";
    private const string ChallengeHeader = "x-credbroker-challenge";

    private static readonly string[] Members = ["url", "headers", "body"];
    private static readonly string[] Allowed = [Authorization, Date, SecurityToken, ChallengeHeader];
    private static readonly string[] MayBeSigned = ["host", "content-type", Date, SecurityToken, ChallengeHeader];

    /// <exception cref="EvidenceFault">It is another request, or not signed as it must be.</exception>
    public static SignedStsRequest Read(ReadOnlyMemory<byte> payload, IReadOnlyCollection<string> endpoints)
    {
        if (!StrictJson.TryParseObject(payload, out var json)) throw new EvidenceFault("it is not one plain JSON object");
        using (json)
        {
            var root = json.RootElement;
            if (root.EnumerateObject().Any(member => !Members.Contains(member.Name, StringComparer.Ordinal))) throw new EvidenceFault("it holds a member that is not known");
            if (StrictJson.StringOf(root, "body") != Body) throw new EvidenceFault("its body is not that of GetCallerIdentity");
            if (StrictJson.StringOf(root, "url") is not { } url || !endpoints.Contains(url, StringComparer.Ordinal)) throw new EvidenceFault("its address is no STS endpoint that is asked here");
            var headers = ReadHeaders(root);
            RequireSigned(headers);
            return new SignedStsRequest(url, headers, headers[ChallengeHeader]);
        }
    }

    private static Dictionary<string, string> ReadHeaders(JsonElement root)
    {
        if (!root.TryGetProperty("headers", out var list) || list.ValueKind is not JsonValueKind.Object) throw new EvidenceFault("it has no headers");
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in list.EnumerateObject())
        {
            // To the letter: a name in other letters would be the same header once more.
            if (!Allowed.Contains(header.Name, StringComparer.Ordinal)) throw new EvidenceFault("it holds a header that is not sent");
            if (header.Value.ValueKind is not JsonValueKind.String || header.Value.GetString() is not { Length: > 0 } value || !IsPlain(value))
                throw new EvidenceFault("a header of it is not plain ASCII text");
            headers.Add(header.Name, value);
        }

        foreach (var needed in new[] { Authorization, Date, ChallengeHeader })
            if (!headers.ContainsKey(needed)) throw new EvidenceFault("a header is missing that it must have");
        return headers;
    }

    private static void RequireSigned(Dictionary<string, string> headers)
    {
        if (Signature().Match(headers[Authorization]) is not { Success: true } match) throw new EvidenceFault("it is not signed for STS as AWS signs (Signature Version 4)");
        var signed = match.Groups["headers"].Value.Split(';');
        if (!signed.Contains(ChallengeHeader)) throw new EvidenceFault("its challenge is not among what is signed");
        var needed = headers.Keys.Except([Authorization]).Append("host");
        if (signed.Distinct().Count() != signed.Length || signed.Except(MayBeSigned).Any() || needed.Except(signed).Any())
            throw new EvidenceFault("its signature is not over the headers that are sent");
    }

    private static bool IsPlain(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~') && value.Trim() == value;

    [GeneratedRegex(@"\AAWS4-HMAC-SHA256 Credential=[A-Za-z0-9]{1,128}/[0-9]{8}/[a-z0-9-]{1,64}/sts/aws4_request, SignedHeaders=(?<headers>[a-z0-9;-]{1,512}), Signature=[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Signature();
}
