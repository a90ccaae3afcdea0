namespace CredBroker.Server.Attestation;

/// <summary>Why evidence proves nothing, in words that repeat nothing of it: "it …", "its …".</summary>
internal sealed class EvidenceFault(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Nobody can tell now whether it proves something; ask again later.</summary>
    public bool CannotTell { get; private init; }

    /// <summary>What would be needed to tell is not there.</summary>
    public static EvidenceFault Undecided(string message) => new(message) { CannotTell = true };
}
