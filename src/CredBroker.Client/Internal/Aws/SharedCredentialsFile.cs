namespace CredBroker.Client.Internal.Aws;

/// <summary>The shared credentials file of AWS, <c>~/.aws/credentials</c>: profiles with keys. Files that name programs or roles are not followed.</summary>
internal static class SharedCredentialsFile
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>The credentials of a profile; null where there is no file, no such profile, or no keys in it.</summary>
    /// <exception cref="EvidenceUnavailableException">The file cannot be read.</exception>
    public static async Task<AwsCredentials?> ReadAsync(string path, string profile, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) return null;
        try
        {
            if (new FileInfo(path).Length > MaxBytes) throw new EvidenceUnavailableException($"The file {path} is longer than {MaxBytes} bytes.");
            return Find(await File.ReadAllLinesAsync(path, cancellationToken), profile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvidenceUnavailableException($"The file {path} cannot be read: {e.GetType().Name}.", e);
        }
    }

    private static AwsCredentials? Find(string[] lines, string profile)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var isOurs = false;
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.StartsWith('[')) isOurs = line.TrimEnd(']').TrimStart('[').Trim() == profile;
            else if (isOurs && !line.StartsWith('#') && !line.StartsWith(';') && line.Split('=', 2) is [var name, var value]) settings[name.Trim()] = value.Trim();
        }

        return AwsCredentials.Of(
            settings.GetValueOrDefault("aws_access_key_id"), settings.GetValueOrDefault("aws_secret_access_key"), settings.GetValueOrDefault("aws_session_token"));
    }
}
