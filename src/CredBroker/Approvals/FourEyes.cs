using CredBroker.Tasks;

namespace CredBroker.Approvals;

/// <summary>Nobody agrees to what they ask for themselves: whoever opened a task, or one above it, or is the person behind it.</summary>
internal static class FourEyes
{
    /// <summary>The attribute of a workload rule that names the person behind the workload.</summary>
    public const string HumanAttribute = "human";

    private static readonly char[] Separators = ['/', '#', ':', '|'];

    /// <summary>The names by which tasks know who opened them: the subject, what is attested of it, the person whom its rule names.</summary>
    public static IReadOnlyList<string> NamesOf(IEnumerable<AgentTask> tasks) => [.. tasks.SelectMany(NamesOf).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Whether an operator has one of the names. A name at the end of a subject counts: rather one too many is kept from deciding.</summary>
    public static bool Bars(IReadOnlyList<string> names, Approver approver) =>
        names.Any(name => IsNamed(name, approver.Principal) || IsNamed(name, approver.Name));

    private static IEnumerable<string> NamesOf(AgentTask task)
    {
        yield return task.Subject;
        if (task.Attributes.TryGetValue(HumanAttribute, out var human)) yield return human;
        foreach (var selector in task.Selectors) yield return selector[(selector.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    private static bool IsNamed(string name, string principal) =>
        name.EndsWith(principal, StringComparison.OrdinalIgnoreCase)
        && (name.Length == principal.Length || Separators.Contains(name[name.Length - principal.Length - 1]));
}
