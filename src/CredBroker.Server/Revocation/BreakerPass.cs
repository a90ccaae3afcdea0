namespace CredBroker.Server.Revocation;

/// <summary>Whether an attempt may be made at a backend.</summary>
internal enum BreakerPass
{
    /// <summary>The backend is left alone.</summary>
    Refused,

    /// <summary>It answers, as far as is known.</summary>
    Free,

    /// <summary>It has not answered; this attempt alone finds out whether it does again.</summary>
    Probe,
}
