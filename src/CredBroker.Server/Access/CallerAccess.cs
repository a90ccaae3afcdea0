using Grpc.Core;

namespace CredBroker.Server.Access;

/// <summary>Who makes a call, once it has been let in.</summary>
internal static class CallerAccess
{
    private static readonly object Key = new();

    /// <summary>The operator; null where the call carries a task token, or needs no token.</summary>
    public static Operator? OperatorOf(ServerCallContext context) => context.UserState.TryGetValue(Key, out var found) ? (Operator)found : null;

    /// <summary>The operator of a call that only operators can make.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.OperatorRoleRequired"/>.</exception>
    public static Operator RequireOperator(ServerCallContext context) => OperatorOf(context) ?? throw RoleRequired();

    /// <summary>The refusal of an operator who lacks the role, everywhere or in the tenant that is concerned.</summary>
    public static RefusedException RoleRequired() => new(ErrorReason.OperatorRoleRequired, "The call needs an operator's role that the caller does not have.");

    internal static void Set(ServerCallContext context, Operator caller) => context.UserState[Key] = caller;
}
