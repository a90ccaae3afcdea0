namespace CredBroker.Server.Attestation.JoinTokens;

/// <summary>Settings of the <c>join_token</c> attestor. Changing them takes a restart; the file is read again by itself.</summary>
public sealed class JoinTokenOptions
{
    /// <summary>Where they stand in the configuration.</summary>
    public const string SectionName = "Attestation:JoinToken";

    /// <summary>The file of the tokens' hashes, a line each. None = no token is good.</summary>
    public string? File { get; set; }

    /// <summary>How far from now a token may expire: 1 min to 31 d; 7 d when not set.</summary>
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults()
    {
        if (File is not null && string.IsNullOrWhiteSpace(File)) yield return $"{SectionName}:{nameof(File)} is empty.";
        if (MaxLifetime < TimeSpan.FromMinutes(1) || MaxLifetime > TimeSpan.FromDays(31))
            yield return $"{SectionName}:{nameof(MaxLifetime)} must be from 00:01:00 to 31.00:00:00.";
    }
}
