namespace CredBroker.Leases;

/// <summary>A task that was refused something.</summary>
/// <param name="Id">The task.</param>
/// <param name="Ancestors">The tasks above it.</param>
/// <param name="TokenHash">The hash of the token that it asked with; the store compares it.</param>
/// <param name="Tenant">Its tenant.</param>
/// <param name="Workload">Its attested subject.</param>
public sealed record RefusedTask(TaskId Id, IReadOnlyList<TaskId> Ancestors, string TokenHash, string Tenant, string Workload)
{
    /// <summary>What proved the workload.</summary>
    public string Attestor { get; init; } = "";

    /// <summary>Attested facts of the workload, each <c>name:value</c>.</summary>
    public IReadOnlyList<string> Selectors { get; init; } = [];
}
