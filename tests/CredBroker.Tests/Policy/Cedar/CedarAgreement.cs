using System.Text;
using System.Text.Json;
using CredBroker.Policy.Cedar;
using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Policy.Cedar.Wasm;
using CredBroker.Testing;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>
/// Asks Cedar the same here and under Node.js, where its makers' own host runs it, and compares the answers. There it gets every
/// policy and the whole request, checked against the schema; here only what may matter, as the broker does it.
/// </summary>
internal static class CedarAgreement
{
    private const int RequestsPerSet = 25;

    private static readonly DateTimeOffset Now = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    /// <summary>What the two do not agree about, and how many requests there were of each kind.</summary>
    public static async Task<AgreementReport> CompareAsync(int requests, int seed)
    {
        var corpus = new CedarCorpus(seed);
        using var instance = TestCedar.Module.CreateInstance();
        var sets = Enumerable.Range(0, requests / RequestsPerSet).Select(_ => NextSet(corpus, instance)).ToList();
        var theirs = (await new NodeScript("cedar-decisions.mjs").RunAsync(Question(sets))).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var report = new AgreementReport();
        var at = 0;
        using var session = TestCedar.NewSession();
        foreach (var (policies, asks) in sets)
        {
            var slices = new PolicySlices(policies);
            foreach (var ask in asks) report.Add(Line(Decide(session, slices, ask)), theirs[at++], ask, policies);
        }

        return report;
    }

    private static (IReadOnlyList<CedarPolicy> Policies, List<Ask> Asks) NextSet(CedarCorpus corpus, CedarInstance instance) => (
        [.. corpus.NextPolicies().Select(policy => policy with { Uses = UsesOf(policy, instance) })],
        [.. Enumerable.Range(0, RequestsPerSet).Select(_ => corpus.NextAsk())]);

    private static PolicyUses UsesOf(CedarPolicy policy, CedarInstance instance)
    {
        using var answer = JsonDocument.Parse(instance.Call("policyToJson", JsonSerializer.SerializeToUtf8Bytes(policy.Text)));
        return PolicyJson.Uses(answer.RootElement.GetProperty("json"));
    }

    private static CedarAnswer Decide(CedarSession session, PolicySlices slices, Ask ask)
    {
        var slice = slices.Of(ask.Scope);
        return session.Decide(slice, ask.Action, Json(ask, slice.Uses));
    }

    private static byte[] Json(Ask ask, PolicyUses uses)
    {
        using var holder = new EvaluatedPolicies();
        var request = ask.ToRequest();
        foreach (var (target, sensitivity, capability) in ask.Held)
            holder.Hold(request.Task, target, Enum.Parse<Sensitivity>(sensitivity, ignoreCase: true), Enum.Parse<Capabilities>(capability, ignoreCase: true));
        return RequestJson.OfUse(request, new RequestFacts(holder.Leases.Live, Now) { Counted = new CredBroker.Policy.WorkloadCounts(ask.Held.Count, ask.Depth) }, uses);
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
            requests = set.Asks.Select(Whole),
        }),
    });

    private static Dictionary<string, object> Whole(Ask ask)
    {
        var members = JsonSerializer.Deserialize<Dictionary<string, object>>(Json(ask, PolicyUses.Everything))!;
        members["action"] = new { type = "Action", id = ask.Action };
        return members;
    }

    /// <summary>What came of a comparison.</summary>
    internal sealed class AgreementReport
    {
        private readonly Dictionary<string, int> _kinds = [];

        public List<string> Differences { get; } = [];

        public int Of(string kind) => _kinds.GetValueOrDefault(kind);

        public void Add(string ours, string theirs, Ask ask, IReadOnlyList<CedarPolicy> policies)
        {
            Tally(ours.StartsWith("allow", StringComparison.Ordinal) ? "allow" : ours.Contains("deny []", StringComparison.Ordinal) ? "default deny" : "forbid");
            if (!ours.EndsWith(" []", StringComparison.Ordinal)) Tally("error");
            if (ours == theirs) return;
            Differences.Add(
                $"{ours} is {theirs} under Node.js for {Encoding.UTF8.GetString(Json(ask, PolicyUses.Everything))} with\n{string.Join('\n', policies.Select(policy => $"{policy.Id}: {policy.Text}"))}");
        }

        private void Tally(string kind) => _kinds[kind] = _kinds.GetValueOrDefault(kind) + 1;
    }
}
