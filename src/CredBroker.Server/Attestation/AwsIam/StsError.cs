using System.Text.Json;

namespace CredBroker.Server.Attestation.AwsIam;

/// <summary>What STS says where it does not answer a request: <c>{"Error":{"Code":…}}</c>, also with a status that blames the caller.</summary>
internal static class StsError
{
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "InternalFailure", "ServiceUnavailable",
    };

    /// <summary>Whether the same request may be answered later.</summary>
    public static bool IsPassing(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var answer = JsonDocument.Parse(content);
            return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("Error", out var error)
                && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("Code", out var code)
                && code.ValueKind == JsonValueKind.String && Passing.Contains(code.GetString()!);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
