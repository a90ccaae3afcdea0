namespace CredBroker.Tokens;

/// <summary>Where the signing keys are and how they change.</summary>
public sealed class SigningKeyOptions
{
    /// <summary>Section of the settings.</summary>
    public const string SectionName = TokenOptions.SectionName + ":Keys";

    /// <summary><c>file</c>: keys in files; <c>store</c>: a ring in the store that all replicas share.</summary>
    public string Source { get; set; } = "file";

    /// <summary>For <c>file</c>: a file, or a folder, of keys that somebody else provides. None = one key in the data folder, made at the first start.</summary>
    public string? Path { get; set; }

    /// <summary>For <c>store</c>: the file of the key that seals the ring, 32 random bytes, raw or in base64, 0600. Required there.</summary>
    public string? EncryptionKeyFile { get; set; }

    /// <summary>For <c>store</c>: how long a key signs, 1 h to 365 d. None = 30 d.</summary>
    public TimeSpan? RotateEvery { get; set; }

    /// <summary>Whether the keys are in the store.</summary>
    public bool AreShared => string.Equals(Source, "store", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Faults()
    {
        if (!AreShared && !string.Equals(Source, "file", StringComparison.OrdinalIgnoreCase))
            yield return $"{SectionName}:{nameof(Source)} must be file or store.";
        else if (AreShared && string.IsNullOrWhiteSpace(EncryptionKeyFile))
            yield return $"{SectionName}:{nameof(EncryptionKeyFile)} is missing: keys in the store are sealed under the key in that file.";
        else if (AreShared && Path is not null)
            yield return $"{SectionName}:{nameof(Path)} is for keys in files, and {nameof(Source)} says store.";
        else if (!AreShared && (EncryptionKeyFile is not null || RotateEvery is not null))
            yield return $"{SectionName}:{nameof(EncryptionKeyFile)} and {nameof(RotateEvery)} are for keys in the store, and {nameof(Source)} says file.";
        if (RotateEvery < TimeSpan.FromHours(1) || RotateEvery > TimeSpan.FromDays(365))
            yield return $"{SectionName}:{nameof(RotateEvery)} must be from 1 hour to 365 days.";
    }
}
