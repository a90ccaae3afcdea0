using System.Text;
using System.Text.Json;
using CredBroker.Policy.Cedar;
using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Testing;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>Asks Cedar the same here and under Node.js, where its makers' own host runs it, and compares the answers.</summary>
internal static class CedarAgreement
{
    private const int RequestsPerSet = 25;

    /// <summary>What the two do not agree about, and how many requests there were of each kind.</summary>
    public static async Task<AgreementReport> CompareAsync(int requests, int seed)
    {
        var corpus = new CedarCorpus(seed);
        var sets = Enumerable.Range(0, requests / RequestsPerSet)
            .Select(_ => (Policies: corpus.NextPolicies(), Asks: Enumerable.Range(0, RequestsPerSet).Select(_ => corpus.NextAsk()).ToList()))
            .ToList();
        var theirs = (await new NodeScript("cedar-decisions.mjs").RunAsync(Question(sets))).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var report = new AgreementReport();
        var at = 0;
        using var session = TestCedar.NewSession();
        foreach (var (policies, asks) in sets)
        {
            var slices = new PolicySlices(policies);
            foreach (var ask in asks) report.Add(Line(session.Decide(slices.Of(ask.Scope), ask.Action, ask.Json)), theirs[at++], ask, policies);
        }

        return report;
    }

    private static string Line(CedarAnswer answer) =>
        $"{(answer.Allowed ? "allow" : "deny")} [{Sorted(answer.Reasons)}] [{Sorted(answer.Errors.Select(error => error.PolicyId))}]";

    private static string Sorted(IEnumerable<string> ids) => string.Join(' ', ids.Order(StringComparer.Ordinal));

    private static string Question(IEnumerable<(IReadOnlyList<CedarPolicy> Policies, List<Ask> Asks)> sets) => JsonSerializer.Serialize(new
    {
        schema = CedarSchema.Text,
        sets = sets.Select(set => new
        {
            policies = set.Policies.ToDictionary(policy => policy.Id, policy => policy.Text),
            requests = set.Asks.Select(ask => new Dictionary<string, object>(ask.Members()) { ["action"] = new { type = "Action", id = ask.Action } }),
        }),
    });

    /// <summary>What came of a comparison.</summary>
    internal sealed class AgreementReport
    {
        private readonly Dictionary<string, int> _kinds = [];

        public List<string> Differences { get; } = [];

        public int Count => _kinds.Values.Sum();

        public int Of(string kind) => _kinds.GetValueOrDefault(kind);

        public void Add(string ours, string theirs, Ask ask, IReadOnlyList<CedarPolicy> policies)
        {
            Tally(ours.StartsWith("allow", StringComparison.Ordinal) ? "allow" : ours.Contains("deny []", StringComparison.Ordinal) ? "default deny" : "forbid");
            if (!ours.EndsWith(" []", StringComparison.Ordinal)) Tally("error");
            if (ours == theirs) return;
            Differences.Add($"{ours} is {theirs} under Node.js for {Encoding.UTF8.GetString(ask.Json)} with\n{string.Join('\n', policies.Select(policy => $"{policy.Id}: {policy.Text}"))}");
        }

        private void Tally(string kind) => _kinds[kind] = _kinds.GetValueOrDefault(kind) + 1;
    }
}
