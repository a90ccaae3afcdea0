using CredBroker.Leases;
using CredBroker.Policy.Cedar.Replays;
using CredBroker.Tasks;
using CredBroker.Templates.Documents;

namespace CredBroker.Policy.Cedar.Cases;

/// <summary>What a case says that its task and its workload hold.</summary>
internal static class CaseLeases
{
    public static KnownLeases Of(SourceDocument document, AgentTask task)
    {
        var ofTemplate = document.Integer("spec.request.workload.templateLeases") ?? 0;
        return new KnownLeases
        {
            Leases = [.. document.List("spec.request.task.held").Select(text => Lease(text.Split(' '), task))],
            Counted = new WorkloadCounts(document.Integer("spec.request.workload.leases") ?? ofTemplate, ofTemplate),
        };
    }

    private static Lease Lease(string[] words, AgentTask task) => HeldLease.Of(
        task, PolicyCaseReader.Now, words[2], Enum.Parse<Sensitivity>(words[1], ignoreCase: true), PolicyCaseReader.Capability(words[0]));
}
