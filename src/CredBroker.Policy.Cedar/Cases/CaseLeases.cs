using CredBroker.Leases;
using CredBroker.Policy.Cedar.Replays;
using CredBroker.Tasks;
using CredBroker.Templates.Documents;

namespace CredBroker.Policy.Cedar.Cases;

/// <summary>What a case says that its task holds.</summary>
internal static class CaseLeases
{
    public static KnownLeases Of(SourceDocument document, AgentTask task) =>
        new() { Leases = [.. document.List("spec.request.task.held").Select(text => Lease(text.Split(' '), task))] };

    private static Lease Lease(string[] words, AgentTask task) => HeldLease.Of(
        task, PolicyCaseReader.Now, words[2], Enum.Parse<Sensitivity>(words[1], ignoreCase: true), PolicyCaseReader.Capability(words[0]));
}
