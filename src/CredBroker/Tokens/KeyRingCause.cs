using CredBroker.Audit;

namespace CredBroker.Tokens;

/// <summary>Why a ring changes.</summary>
internal sealed record KeyRingCause(AuditActor Actor, string Reason, bool Emergency);
