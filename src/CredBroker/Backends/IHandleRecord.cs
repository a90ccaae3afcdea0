namespace CredBroker.Backends;

/// <summary>Where a backend keeps what it has found out about a lease while it revokes it.</summary>
public interface IHandleRecord
{
    /// <summary>Stores the lease's handle anew; false where somebody else has taken the lease over, and nothing more is to be done.</summary>
    Task<bool> RecordAsync(string handle, CancellationToken cancellationToken);
}
