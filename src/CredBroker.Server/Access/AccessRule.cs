namespace CredBroker.Server.Access;

/// <summary>Who may make a call.</summary>
internal sealed record AccessRule
{
    private AccessRule()
    {
    }

    /// <summary>Anybody; what the call carries proves what has to be proved.</summary>
    public static AccessRule Anonymous { get; } = new();

    /// <summary>Whoever holds a task token.</summary>
    public static AccessRule TaskToken { get; } = new() { TakesTaskToken = true };

    /// <summary>A task token is taken.</summary>
    public bool TakesTaskToken { get; private init; }

    /// <summary>The role that an operator needs; null where operators cannot call.</summary>
    public OperatorRole? Role { get; private init; }

    /// <summary>The role is needed in every tenant, because what the call does concerns all of them.</summary>
    public bool Everywhere { get; private init; }

    /// <summary>An operator who has the role in some tenant; the call itself keeps to the tenants.</summary>
    public static AccessRule Operator(OperatorRole role) => new() { Role = role };

    /// <summary>An operator who has the role in every tenant.</summary>
    public static AccessRule OperatorEverywhere(OperatorRole role) => new() { Role = role, Everywhere = true };

    /// <summary>Whoever holds a task token, or an operator who has the role in some tenant.</summary>
    public static AccessRule TaskTokenOrOperator(OperatorRole role) => new() { TakesTaskToken = true, Role = role };

    /// <summary>Whether an operator's bindings are enough.</summary>
    public bool Admits(Operator caller) =>
        Role is { } role && (Everywhere ? caller.TenantsOf(role).IsAll : !caller.TenantsOf(role).IsNone);
}
