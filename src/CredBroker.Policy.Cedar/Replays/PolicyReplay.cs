using CredBroker.Policy.Cedar.Documents;
using CredBroker.Policy.Cedar.Wasm;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>Asks the decisions of audit trails again of other policies, by the same code that decides in a broker. No broker is asked.</summary>
public static class PolicyReplay
{
    /// <summary>Asks them.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static async Task<PolicyReplayReport> RunAsync(PolicyReplayRequest request, CedarModule module, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(module);
        var policies = PolicyFolder.Read(request.Policies, module, cancellationToken);
        var templates = request.Templates is { } folder ? CatalogueReader.Read(folder, cancellationToken) : null;
        if (policies.Set is not { } set || templates is { Set: null }) return PolicyReplayReport.Faulty([.. policies.Faults, .. templates?.Faults ?? []]);
        try
        {
            using var library = new PolicyLibrary();
            library.Replace(new CedarPolicies(set, module, instances: 1));
            return await RunAsync([.. request.Audit.SelectMany(AuditFiles.Of)], library, templates?.Set, cancellationToken);
        }
        catch (ReplayFaultException fault)
        {
            return PolicyReplayReport.Faulty([fault.Fault]);
        }
    }

    private static async Task<PolicyReplayReport> RunAsync(
        IReadOnlyList<string> files, PolicyLibrary library, CatalogueSnapshot? catalogue, CancellationToken cancellationToken)
    {
        // Tasks first: with several brokers, a decision may stand in another trail than the opening of its task.
        var tasks = new Dictionary<string, AgentTask?>(StringComparer.Ordinal);
        foreach (var line in AuditFiles.Lines(files, cancellationToken))
            if (line is { Type: "task_opened", Task: { } id }) tasks[id] = RecordedTask.Of(line);

        var reader = new RecordedDecisionReader(tasks, catalogue);
        var evaluator = new ReplayEvaluator(library);
        var tally = new ReplayTally();
        foreach (var line in AuditFiles.Lines(files, cancellationToken))
        {
            var (recorded, reason) = reader.Read(line);
            if (recorded is not null) tally.Add(recorded, await evaluator.EvaluateAsync(recorded, cancellationToken));
            else if (reason is not null) tally.Add(reason);
        }

        return tally.Report(library.Version);
    }
}
