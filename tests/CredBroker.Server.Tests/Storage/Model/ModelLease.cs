using CredBroker.Leases;

namespace CredBroker.Server.Tests.Storage.Model;

/// <summary>A lease as it has to stand.</summary>
internal sealed class ModelLease(ModelTask task, Lease lease)
{
    public ModelTask Task { get; } = task;

    /// <summary>As its broker knows it: from the last call that returned it.</summary>
    public Lease Known { get; set; } = lease;

    public LeaseState State { get; set; } = lease.State;

    public long Generation { get; set; } = 1;

    public DateTimeOffset ExpiresAt { get; set; } = lease.ExpiresAt;

    public string? Handle { get; set; }

    public EndReason EndReason { get; set; }

    public RevocationPriority Priority { get; set; }

    /// <summary>When it may be claimed: the script's instant lies somewhere between these.</summary>
    public (DateTimeOffset NotBefore, DateTimeOffset AtTheLatest) Next { get; set; }

    public long Claims { get; set; }

    public int Attempts { get; set; }

    /// <summary>Whether verifiers have to hear of it.</summary>
    public bool IsTold { get; set; }

    public bool IsSecret => !Known.Terms.IsBrokerMinted;

    public bool IsQueued => State is LeaseState.Revoking or LeaseState.Irrevocable;

    public bool IsOver => State is LeaseState.Revoked or LeaseState.Irrevocable;

    public bool HoldsPlace => State != LeaseState.Revoked;

    /// <summary>Since when its credential may be being made: its record, or later its handle.</summary>
    public (DateTimeOffset NotBefore, DateTimeOffset AtTheLatest) Since { get; set; } = (lease.IssuedAt, lease.IssuedAt);

    public (DateTimeOffset NotBefore, DateTimeOffset AtTheLatest) Due(TimeSpan intentLife) =>
        State == LeaseState.Intent ? (Since.NotBefore + intentLife, Since.AtTheLatest + intentLife) : (ExpiresAt, ExpiresAt);
}
