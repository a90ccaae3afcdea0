namespace CredBroker.Client.Operators;

/// <summary>A mass revocation as it stands. It goes on whether or not anybody watches, and survives the broker that took it.</summary>
/// <param name="Id">Its id, <c>ord_…</c>.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Selectors">What it matches: any of these.</param>
/// <param name="Reason">Why.</param>
/// <param name="OrderedBy">Who ordered it.</param>
/// <param name="OrderedAt">When.</param>
/// <param name="FenceId">Its fence, which stands until it is lifted.</param>
/// <param name="Fenced">Leases whose end it has recorded.</param>
/// <param name="Dead">Tokens among them: dead at once.</param>
/// <param name="Confirmed">Those whose backend has confirmed.</param>
/// <param name="Unconfirmed">Those whose backend has not confirmed yet.</param>
/// <param name="Irrevocable">Those that could not be revoked.</param>
/// <param name="DoneAt">When the last scan found nothing more; null until then.</param>
public sealed record RevocationOrder(
    string Id,
    RevocationOrderState State,
    IReadOnlyList<LeaseSelector> Selectors,
    string Reason,
    string OrderedBy,
    DateTimeOffset OrderedAt,
    string FenceId,
    long Fenced,
    long Dead,
    long Confirmed,
    long Unconfirmed,
    long Irrevocable,
    DateTimeOffset? DoneAt)
{
    /// <summary>Whether nothing more will happen to it: the last scan is done and no backend has still to confirm.</summary>
    public bool IsSettled => State == RevocationOrderState.Done && Unconfirmed == 0;

    /// <summary>Whether everything that it matched is known to be dead.</summary>
    public bool IsComplete => IsSettled && Irrevocable == 0;
}
