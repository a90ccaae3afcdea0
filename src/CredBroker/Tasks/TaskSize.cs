namespace CredBroker.Tasks;

/// <summary>About how much memory a task takes. Callers decide how long its texts are, so counting tasks would bound nothing.</summary>
internal static class TaskSize
{
    /// <summary>The record itself, its instants and lists, and its entry among others.</summary>
    private const long Fixed = 1_024;

    /// <summary>A string, or an id, beyond its characters.</summary>
    private const long PerText = 32;

    /// <summary>Bytes, rather more than less.</summary>
    public static long Of(AgentTask task) =>
        Fixed
        + TextsOf(task).Sum(text => PerText + (sizeof(char) * (long)(text?.Length ?? 0)))
        + task.Ancestors.Sum(ancestor => PerText + (sizeof(char) * (long)ancestor.Value.Length));

    private static IEnumerable<string?> TextsOf(AgentTask task) =>
    [
        task.TaskRef, task.Tenant, task.Subject, task.Attestor, task.EvidenceDigest, task.Purpose, task.Intent, task.TransactionId, task.TokenHash,
        task.Outcome, task.EndedBy, .. task.Selectors, .. task.AncestorSubjects, .. task.Labels.Keys, .. task.Labels.Values, .. (task.Ceiling ?? []).Select(entry => entry.Template),
    ];
}
