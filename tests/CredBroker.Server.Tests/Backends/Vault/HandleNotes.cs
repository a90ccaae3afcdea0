using CredBroker.Backends;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>Keeps what a backend notes of a lease, and tells when.</summary>
internal sealed class HandleNotes(Action? noted = null) : IHandleRecord
{
    /// <summary>Somebody else has taken the lease over.</summary>
    public bool IsLost { get; init; }

    /// <summary>Every handle, the latest last.</summary>
    public List<string> Handles { get; } = [];

    public Task<bool> RecordAsync(string handle, CancellationToken cancellationToken)
    {
        if (IsLost) return Task.FromResult(false);
        Handles.Add(handle);
        noted?.Invoke();
        return Task.FromResult(true);
    }
}
