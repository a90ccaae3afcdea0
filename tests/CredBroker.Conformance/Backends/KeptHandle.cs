using CredBroker.Backends;
using CredBroker.Leases;

namespace CredBroker.Conformance.Backends;

/// <summary>A lease as the store has it: of the backend it knows a handle, and what was noted in it since. Each attempt is a claim of its own.</summary>
internal class KeptHandle(Lease lease)
{
    private readonly Lock _gate = new();
    private int _claims;

    public Lease Lease { get; set; } = lease;

    /// <summary>Takes it over from whoever had it: what those note from now on is refused.</summary>
    public (Lease Lease, IHandleRecord Record) Claim()
    {
        lock (_gate) return (Lease, new Claimed(this, ++_claims));
    }

    private bool Note(int claim, string handle)
    {
        lock (_gate)
        {
            if (claim != _claims) return false;
            Lease = Lease with { BackendHandle = handle };
            return true;
        }
    }

    private sealed class Claimed(KeptHandle kept, int claim) : IHandleRecord
    {
        public Task<bool> RecordAsync(string handle, CancellationToken cancellationToken) => Task.FromResult(kept.Note(claim, handle));
    }
}
