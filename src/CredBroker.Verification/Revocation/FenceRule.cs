namespace CredBroker.Verification.Revocation;

/// <summary>One expression of a fence. <see cref="Labels"/> are in order and without repeats, so that equal ones have equal keys.</summary>
internal sealed record FenceRule
{
    private readonly DateTimeOffset _issuedAfter;

    public FenceRule(IReadOnlyList<string> labels, DateTimeOffset? issuedAfter, DateTimeOffset notBefore)
    {
        Labels = labels;

        // `iat` is in whole seconds: a token issued later in the same second must not slip out of the fence.
        _issuedAfter = DateTimeOffset.FromUnixTimeSeconds((issuedAfter ?? DateTimeOffset.MinValue).ToUnixTimeSeconds());
        NotBefore = notBefore;
        Key = $"{_issuedAfter.ToUnixTimeSeconds()} {string.Join(' ', labels)}";
    }

    public IReadOnlyList<string> Labels { get; }

    public DateTimeOffset NotBefore { get; }

    /// <summary>Rules under one key differ only in <see cref="NotBefore"/>; the latest says it all.</summary>
    public string Key { get; }

    public bool Kills(IReadOnlySet<string> labels, DateTimeOffset issuedAt)
    {
        if (issuedAt > NotBefore || issuedAt < _issuedAfter) return false;
        foreach (var label in Labels)
            if (!labels.Contains(label)) return false;
        return true;
    }
}
