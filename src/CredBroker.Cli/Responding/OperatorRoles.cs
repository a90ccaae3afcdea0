namespace CredBroker.Cli.Responding;

/// <summary>Roles of operators, as the broker names them.</summary>
internal static class OperatorRoles
{
    public const string Viewer = "viewer";

    public const string Responder = "responder";

    public const string Approver = "approver";

    public const string PlatformAdmin = "platform-admin";

    public static IReadOnlyList<string> All { get; } = [Viewer, Responder, Approver, PlatformAdmin];
}
