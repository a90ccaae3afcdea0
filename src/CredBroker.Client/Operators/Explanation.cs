namespace CredBroker.Client.Operators;

/// <summary>What would come of a request for a credential.</summary>
/// <param name="Allowed">Whether it would be issued; quotas and fences have not been asked.</param>
/// <param name="Reason">Why not, for a person; empty where it would be.</param>
/// <param name="Policies">The policies that determined it.</param>
/// <param name="PolicyVersion">Content hash of what decided.</param>
/// <param name="Ttl">The TTL that would be granted, at once or when people have agreed; null where nothing would be.</param>
/// <param name="ApprovalGroups">The groups that would be asked.</param>
public sealed record Explanation(
    bool Allowed, string Reason, IReadOnlyList<string> Policies, string PolicyVersion, TimeSpan? Ttl, IReadOnlyList<string> ApprovalGroups)
{
    /// <summary>Whether people would be asked to agree first; <see cref="Ttl"/> is then what they would be asked for.</summary>
    public bool IsPending { get; init; }
}
