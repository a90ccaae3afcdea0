using System.Collections.Frozen;

namespace CredBroker.Server.Storage;

/// <summary>Leases whose end is not confirmed, by template, as they were last counted.</summary>
/// <param name="At">When counting began, by the broker's clock.</param>
/// <param name="ByTemplate">How many there are of each template.</param>
internal sealed record LiveLeases(DateTimeOffset At, FrozenDictionary<string, long> ByTemplate);
