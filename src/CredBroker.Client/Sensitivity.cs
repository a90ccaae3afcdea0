namespace CredBroker.Client;

/// <summary>How sensitive a target is. The numbers are the protocol's.</summary>
public enum Sensitivity
{
    /// <summary>Anybody may know it.</summary>
    Public = 1,

    /// <summary>For the organisation.</summary>
    Internal = 2,

    /// <summary>For those who need it.</summary>
    Confidential = 3,

    /// <summary>The most closely held.</summary>
    Restricted = 4,
}
