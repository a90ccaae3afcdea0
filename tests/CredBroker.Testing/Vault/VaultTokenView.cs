using CredBroker.Testing.Vault.Tokens;

namespace CredBroker.Testing.Vault;

/// <summary>What a test may know of a token: all but the token.</summary>
public sealed record VaultTokenView(string Accessor, string Path, string Namespace, DateTimeOffset? ExpiresAt)
{
    public bool IsOrphan { get; private init; }

    public bool IsBatch { get; private init; }

    public int NumUses { get; private init; }

    public IReadOnlyList<string> Policies { get; private init; } = [];

    public IReadOnlyDictionary<string, string> Meta { get; private init; } = new Dictionary<string, string>();

    internal static VaultTokenView Of(TokenEntry token) => new(token.Accessor, token.Path, token.Namespace, token.ExpiresAt)
    {
        IsOrphan = token.Parent is null,
        IsBatch = token.IsBatch,
        NumUses = token.NumUses,
        Policies = token.Policies,
        Meta = token.Meta,
    };
}
