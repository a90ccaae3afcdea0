using System.Collections.Concurrent;
using CredBroker.Attestation;

namespace CredBroker.Testing.Attestation;

/// <summary>A replay memory for one process, which can be made to fail.</summary>
public sealed class MemoryReplays : IReplayMemory
{
    private readonly ConcurrentDictionary<string, SingleUse> _used = new(StringComparer.Ordinal);

    /// <summary>What has been used up.</summary>
    public IReadOnlyCollection<SingleUse> Used => [.. _used.Values];

    /// <summary>Whether it answers.</summary>
    public bool IsDown { get; set; }

    public Task<bool> TryUseAsync(SingleUse evidence, CancellationToken cancellationToken) => IsDown
        ? Task.FromException<bool>(new RefusedException(ErrorReason.StoreUnavailable, "The store does not answer."))
        : Task.FromResult(_used.TryAdd(evidence.Id, evidence) || (evidence.Key.Length > 0 && _used[evidence.Id].Key == evidence.Key));
}
