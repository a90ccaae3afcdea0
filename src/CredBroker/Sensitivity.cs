namespace CredBroker;

/// <summary>How sensitive a target is. A target that nobody catalogued is <see cref="Restricted"/>.</summary>
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
