namespace CredBroker.Server.Backends.Vault.Client;

/// <summary><c>sys/leases</c>, as the broker.</summary>
internal interface IVaultLeases
{
    /// <summary><c>lookup</c>; false where Vault knows no such lease, or knows it elsewhere.</summary>
    Task<bool> LookupAsync(string leaseId, CancellationToken cancellationToken);

    /// <summary><c>renew</c>; returns how long the lease lives from now.</summary>
    Task<TimeSpan> RenewAsync(string leaseId, TimeSpan increment, CancellationToken cancellationToken);

    /// <summary><c>revoke</c> with <c>sync</c>: comes back when the engine has said that it is done. Vault says so of unknown leases too.</summary>
    Task RevokeAsync(string leaseId, CancellationToken cancellationToken);
}
