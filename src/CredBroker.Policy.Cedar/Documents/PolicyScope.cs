using System.Collections.Frozen;

namespace CredBroker.Policy.Cedar.Documents;

/// <summary>
/// What the head of a policy is about. A request that it cannot match needs not be shown the policy; whether one that it may
/// match does, Cedar decides.
/// </summary>
/// <param name="Principal">The principal, or one above it; null = any.</param>
/// <param name="Actions">The actions; null = any.</param>
/// <param name="Resource">The resource, or one above it; null = any.</param>
internal sealed record PolicyScope(EntityKey? Principal, FrozenSet<string>? Actions, EntityKey? Resource);
