namespace CredBroker.Server.Access;

/// <summary>What an operator may do. Each role but <see cref="Approver"/> holds the ones before it.</summary>
public enum OperatorRole
{
    /// <summary><c>viewer</c>: look at tasks, leases, templates, orders, fences and the audit trail.</summary>
    Viewer,

    /// <summary><c>responder</c>: also end tasks, revoke, and lift a fence together with a second one.</summary>
    Responder,

    /// <summary><c>approver</c>: look, and decide what waits for a person. Nothing else.</summary>
    Approver,

    /// <summary><c>platform-admin</c>: all that a responder may, lift a fence alone, rotate keys, reset the clock.</summary>
    PlatformAdmin,
}
