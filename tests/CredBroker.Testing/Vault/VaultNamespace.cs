using System.Collections.Concurrent;
using CredBroker.Testing.Vault.Engines;
using CredBroker.Testing.Vault.Logins;
using CredBroker.Testing.Vault.Policies;
using CredBroker.Testing.Vault.Tokens;

namespace CredBroker.Testing.Vault;

/// <summary>What is set up in one namespace.</summary>
/// <param name="path">Its path; empty for the root.</param>
/// <param name="id">What ids of its tokens and leases end with; empty for the root.</param>
internal sealed class VaultNamespace(string path, string id)
{
    public string Path => path;

    public string Id => id;

    public ConcurrentDictionary<string, VaultPolicy> Policies { get; } = new(StringComparer.Ordinal) { ["default"] = VaultPolicy.Default };

    /// <summary>Engines by the path of their mount, without a slash at its end.</summary>
    public ConcurrentDictionary<string, ISecretEngine> Mounts { get; } = new(StringComparer.Ordinal);

    /// <summary>Ways to log in by the path of their mount below <c>auth/</c>.</summary>
    public ConcurrentDictionary<string, ILogin> Logins { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, TokenRole> TokenRoles { get; } = new(StringComparer.Ordinal);

    /// <summary>The mount that a path lies below, with what remains of the path.</summary>
    public static (T Mount, string Name, string Below)? Find<T>(ConcurrentDictionary<string, T> mounts, string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            if (mounts.TryGetValue(path[..slash], out var mount)) return (mount, path[..slash], path[(slash + 1)..]);
        return null;
    }
}
