namespace CredBroker.Backends;

/// <summary>The backends by name; two of one name are refused at start.</summary>
public sealed class BackendRegistry
{
    private readonly Dictionary<string, ICredentialBackend> _backends = new(StringComparer.Ordinal);

    /// <summary>Collects the plug-ins.</summary>
    /// <exception cref="InvalidOperationException">Two have the same name.</exception>
    public BackendRegistry(IEnumerable<ICredentialBackend> backends)
    {
        foreach (var backend in backends)
        {
            if (!_backends.TryAdd(backend.Name, backend))
                throw new InvalidOperationException($"Two credential backends are called '{backend.Name}'.");
        }
    }

    /// <summary>The names of all of them.</summary>
    public IReadOnlyCollection<string> Names => _backends.Keys;

    /// <summary>The backend of that name.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.BackendUnavailable"/>: there is none.</exception>
    public ICredentialBackend Get(string name) => _backends.TryGetValue(name, out var backend)
        ? backend
        : throw new RefusedException(ErrorReason.BackendUnavailable, $"The backend '{name}' is not configured here.");
}
