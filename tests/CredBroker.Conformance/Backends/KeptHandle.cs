using CredBroker.Backends;
using CredBroker.Leases;

namespace CredBroker.Conformance.Backends;

/// <summary>A lease as the store has it: of the backend it knows a handle, and what was noted in it since.</summary>
internal class KeptHandle(Lease lease) : IHandleRecord
{
    public Lease Lease { get; set; } = lease;

    public Task<bool> RecordAsync(string handle, CancellationToken cancellationToken)
    {
        Lease = Lease with { BackendHandle = handle };
        return Task.FromResult(true);
    }
}
