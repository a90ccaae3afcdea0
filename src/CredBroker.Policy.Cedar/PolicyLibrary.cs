namespace CredBroker.Policy.Cedar;

/// <summary>
/// Holds the policies in force. Until a first set is there, nothing is allowed. A request that has begun with a set ends with
/// it, whatever comes meanwhile.
/// </summary>
public sealed class PolicyLibrary : IPolicySet, IDisposable
{
    private volatile CedarPolicies? _current;

    /// <summary>Content hash of the policies in force: 16 lower-case hex digits, or empty where there are none.</summary>
    public string Version => _current?.Set.Version ?? "";

    /// <summary>How many policies are in force.</summary>
    public int Count => _current?.Set.Policies.Count ?? 0;

    internal CedarPolicies? Current => _current;

    /// <inheritdoc/>
    public void Dispose() => _current?.Dispose();

    internal void Replace(CedarPolicies policies)
    {
        var old = _current;
        _current = policies;
        old?.Dispose();
    }
}
