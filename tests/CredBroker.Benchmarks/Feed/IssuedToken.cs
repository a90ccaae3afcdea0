using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text.Json;
using CredBroker.Protocol.V1;

namespace CredBroker.Benchmarks.Feed;

/// <summary>What a verifier reads in a token to hold it against the feed.</summary>
internal sealed record IssuedToken(string LeaseId, IReadOnlySet<string> Labels, DateTimeOffset IssuedAt)
{
    public static IssuedToken Of(IssueResponse response)
    {
        var parts = response.Issued.Credential.AccessToken.Value.Split('.');
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        var labels = payload.RootElement.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!).ToFrozenSet(StringComparer.Ordinal);
        return new IssuedToken(
            response.Issued.Lease.Id, labels, DateTimeOffset.FromUnixTimeSeconds(payload.RootElement.GetProperty("iat").GetInt64()));
    }
}
