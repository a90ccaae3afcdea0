namespace CredBroker.Client.Internal.Aws;

/// <summary>Credentials of AWS. They are secrets: they do not print.</summary>
internal sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken)
{
    /// <summary>Null where one of the two that must be there is not.</summary>
    public static AwsCredentials? Of(string? accessKeyId, string? secretAccessKey, string? sessionToken) =>
        string.IsNullOrWhiteSpace(accessKeyId) || string.IsNullOrWhiteSpace(secretAccessKey)
            ? null
            : new AwsCredentials(accessKeyId.Trim(), secretAccessKey.Trim(), string.IsNullOrWhiteSpace(sessionToken) ? null : sessionToken.Trim());

    public override string ToString() => "AwsCredentials { [redacted] }";
}
