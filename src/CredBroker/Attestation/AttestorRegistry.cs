using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace CredBroker.Attestation;

/// <summary>The attestors of this server by name. Names are compared by ordinal.</summary>
public sealed class AttestorRegistry
{
    private readonly FrozenDictionary<string, IAttestor> _attestors;

    /// <summary>Takes every attestor that is plugged in.</summary>
    /// <exception cref="InvalidOperationException">Two attestors have one name, or one has none.</exception>
    public AttestorRegistry(IEnumerable<IAttestor> attestors)
    {
        var byName = new Dictionary<string, IAttestor>(StringComparer.Ordinal);
        foreach (var attestor in attestors)
        {
            if (string.IsNullOrEmpty(attestor.Name))
                throw new InvalidOperationException($"The attestor {attestor.GetType().Name} has no name.");
            if (!byName.TryAdd(attestor.Name, attestor))
                throw new InvalidOperationException($"Two attestors are called '{attestor.Name}'.");
        }

        _attestors = byName.ToFrozenDictionary(StringComparer.Ordinal);
        Names = [.. byName.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The names, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Finds an attestor; false where there is none of that name.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out IAttestor? attestor) => _attestors.TryGetValue(name, out attestor);
}
