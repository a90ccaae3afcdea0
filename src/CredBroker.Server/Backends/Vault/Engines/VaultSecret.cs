namespace CredBroker.Server.Backends.Vault.Engines;

/// <summary>What an engine has made. Its text form is redacted.</summary>
internal sealed class VaultSecret(IReadOnlyDictionary<string, string> values)
{
    /// <summary>Vault's lease; null where the engine makes none.</summary>
    public string? LeaseId { get; init; }

    /// <summary>How long its lease lives from the call that made it; null = there is none.</summary>
    public TimeSpan? Life { get; init; }

    /// <summary>When a certificate ends by its own date; null = it has none.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>The path to write to when it is to be revoked and there is no lease.</summary>
    public string? RevokePath { get; init; }

    /// <summary>What to write there: the serial number of a certificate.</summary>
    public string? Serial { get; init; }

    /// <summary>The parts of the secret, for its owner alone.</summary>
    public IReadOnlyDictionary<string, string> Reveal() => values;

    public override string ToString() => $"{nameof(VaultSecret)} {{ [redacted] }}";
}
