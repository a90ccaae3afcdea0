using System.Diagnostics.CodeAnalysis;

namespace CredBroker.Server.Access;

/// <summary>The names of roles in settings and tokens, and which role holds which.</summary>
internal static class OperatorRoles
{
    private static readonly (OperatorRole Role, string Name)[] Names =
    [
        (OperatorRole.Viewer, "viewer"), (OperatorRole.Responder, "responder"),
        (OperatorRole.Approver, "approver"), (OperatorRole.PlatformAdmin, "platform-admin"),
    ];

    public static IEnumerable<OperatorRole> All => Names.Select(named => named.Role);

    public static string NameOf(OperatorRole role) => Array.Find(Names, named => named.Role == role).Name;

    public static bool TryParse([NotNullWhen(true)] string? name, out OperatorRole role)
    {
        var found = Array.FindIndex(Names, named => named.Name == name);
        role = found < 0 ? default : Names[found].Role;
        return found >= 0;
    }

    /// <summary>Whether who has one role may do what another is needed for.</summary>
    public static bool Holds(this OperatorRole held, OperatorRole needed) => held == needed || needed switch
    {
        OperatorRole.Viewer => true,
        OperatorRole.Responder => held == OperatorRole.PlatformAdmin,
        _ => false,
    };
}
