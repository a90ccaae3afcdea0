namespace CredBroker;

/// <summary>What a caller wants to do with a credential. Each one is decided on its own.</summary>
[Flags]
public enum Capabilities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Look, do not touch.</summary>
    Read = 1,

    /// <summary>Change the target.</summary>
    Write = 2,

    /// <summary>Hand the template down to a child task.</summary>
    Delegate = 4,
}
