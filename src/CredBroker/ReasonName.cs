using System.Collections.Frozen;
using System.Text;

namespace CredBroker;

/// <summary>The names of reasons as they stand in replies and in the audit trail.</summary>
public static class ReasonName
{
    private static readonly FrozenDictionary<ErrorReason, string> Errors =
        Enum.GetValues<ErrorReason>().ToFrozenDictionary(reason => reason, reason => Snake(reason.ToString()).ToUpperInvariant());

    private static readonly FrozenDictionary<EndReason, string> Ends =
        Enum.GetValues<EndReason>().ToFrozenDictionary(reason => reason, reason => Snake(reason.ToString()));

    /// <summary>The reason of a refusal, such as <c>POLICY_DENIED</c>.</summary>
    public static string Of(ErrorReason reason) => Errors[reason];

    /// <summary>The reason of an end, such as <c>heartbeat_lost</c>.</summary>
    public static string Of(EndReason reason) => Ends[reason];

    /// <summary>The kind of an actor, such as <c>agent</c>.</summary>
    public static string Of(WorkloadKind kind) => kind switch
    {
        WorkloadKind.Agent => "agent",
        WorkloadKind.Orchestrator => "orchestrator",
        WorkloadKind.Service => "service",
        WorkloadKind.Human => "human",
        _ => "unknown",
    };

    private static string Snake(string name)
    {
        var snake = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(name[i])) snake.Append('_');
            snake.Append(char.ToLowerInvariant(name[i]));
        }

        return snake.ToString();
    }
}
