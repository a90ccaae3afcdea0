namespace CredBroker.Client;

/// <summary>What a credential is wanted for. Each one is decided on its own; the numbers are the protocol's.</summary>
public enum Capability
{
    /// <summary>Look, do not touch.</summary>
    Read = 1,

    /// <summary>Change the target.</summary>
    Write = 2,

    /// <summary>Hand the template down to a child task.</summary>
    Delegate = 3,
}
