using System.Collections.Concurrent;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault;

/// <summary>The namespaces. What is of one is not there for the others.</summary>
internal sealed class VaultNamespaces
{
    private const int IdLength = 6;
    private readonly ConcurrentDictionary<string, VaultNamespace> _all = new(StringComparer.Ordinal) { [""] = new VaultNamespace("", "") };

    public void Add(string path) => _all.TryAdd(path, new VaultNamespace(path, VaultSecretText.Random(IdLength)));

    /// <exception cref="VaultRefusal">404: there is none of that path.</exception>
    public VaultNamespace Get(string path) => _all.TryGetValue(path, out var space) ? space : throw VaultRefusal.NotFound("no handler for route");

    /// <summary>Marks a name as one of a namespace.</summary>
    public string Name(string space, string name) => Get(space) is { Id.Length: > 0 } inner ? $"{name}.{inner.Id}" : name;

    /// <summary>The namespace that a name was marked as of.</summary>
    public string SpaceOf(string name)
    {
        var id = name[(name.LastIndexOf('.') + 1)..];
        return _all.Values.FirstOrDefault(space => space.Id.Length > 0 && space.Id == id)?.Path ?? "";
    }
}
