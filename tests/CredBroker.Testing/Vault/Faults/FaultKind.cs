namespace CredBroker.Testing.Vault.Faults;

/// <summary>How something goes wrong.</summary>
internal enum FaultKind
{
    Answer = 1,
    Hold = 2,
    HoldWork = 3,
    LoseReply = 4,
    Drop = 5,
}
