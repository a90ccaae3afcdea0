namespace CredBroker.Client.Internal.Aws;

/// <summary>A file with a token that something else keeps fresh.</summary>
internal static class TokenFile
{
    /// <summary>What is in it now.</summary>
    /// <exception cref="EvidenceUnavailableException">It cannot be read.</exception>
    public static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvidenceUnavailableException($"The file {file} cannot be read: {e.GetType().Name}.", e);
        }
    }
}
