namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>How a call to Vault failed, by what the caller may conclude from it.</summary>
internal enum VaultFailure
{
    /// <summary>It never left the broker: no connection, a limit of ours, or the circuit is open.</summary>
    NotSent = 1,

    /// <summary>It was sent and nothing came back. Vault may have done it.</summary>
    Lost = 2,

    /// <summary>Sealed, starting, or something between us and Vault does not reach it (502, 503, 504, a redirect). Vault may have done it.</summary>
    Away = 3,

    /// <summary>Too many calls, or a state that is not there yet (429, 412, 472, 473). Vault has not done it.</summary>
    Busy = 4,

    /// <summary>Vault does not let this token do it (403). It has not done it.</summary>
    Denied = 5,

    /// <summary>Vault will not do it (any other 4xx): it does not know the thing, or finds the call wrong.</summary>
    Refused = 6,

    /// <summary>Vault has a fault of its own, or answers what is no answer. It may have done it.</summary>
    Failed = 7,
}
