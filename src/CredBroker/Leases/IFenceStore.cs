namespace CredBroker.Leases;

/// <summary>Fences, kept in every bucket so that the script that issues sees them without another trip.</summary>
public interface IFenceStore
{
    /// <summary>Puts a fence into every bucket; returns it with the store's time after the last of them. Doing it again changes nothing.</summary>
    Task<Fence> RaiseAsync(Fence fence, CancellationToken cancellationToken);

    /// <summary>Takes a fence out of every bucket and tells verifiers; false where there was none.</summary>
    Task<bool> LiftAsync(FenceId id, CancellationToken cancellationToken);

    /// <summary>The fences that stand.</summary>
    Task<IReadOnlyList<Fence>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The fences of one bucket with its epoch.</summary>
    Task<FenceSet> ReadAsync(int bucket, CancellationToken cancellationToken);
}
