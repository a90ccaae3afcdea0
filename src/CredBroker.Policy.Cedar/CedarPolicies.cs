using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Policy.Cedar.Wasm;

namespace CredBroker.Policy.Cedar;

/// <summary>A good set of policies with the instances of Cedar that decide by it.</summary>
public sealed class CedarPolicies : IDisposable
{
    private const long MaxReusedMemory = 256L * 1024 * 1024;
    private const int MinKeptPolicies = 20_000;
    private const int KeptAnswers = 16_384;

    /// <summary>As many as can run at once; deciding waits for nothing else.</summary>
    internal static readonly int Instances = Math.Clamp(Environment.ProcessorCount, 1, 16);

    private static readonly string[] Actions = ["openTask", "read", "write", "delegate", "renew", "callTool"];

    private readonly AnswerMemo _memo = new(KeptAnswers);

    internal CedarPolicies(CedarPolicySet set, CedarModule module, int instances)
    {
        Set = set;
        Slices = new PolicySlices(set.Policies);
        var kept = Math.Max(MinKeptPolicies, set.Policies.Count * Actions.Length);
        Pool = new CedarPool(instances, MaxReusedMemory, () => new CedarSession(module.CreateInstance(), CedarSchema.Text, kept));
    }

    internal CedarPolicySet Set { get; }

    internal PolicySlices Slices { get; }

    internal CedarPool Pool { get; }

    /// <summary>Asks Cedar, or tells what it answered when the same was asked before.</summary>
    /// <param name="questions">What is asked.</param>
    /// <param name="request">What it is asked about: see <see cref="RequestJson"/>.</param>
    /// <param name="uses">What the policies of all questions look at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CedarFaultException">Cedar broke off.</exception>
    internal async ValueTask<IReadOnlyList<(string Action, CedarAnswer Answer)>> AskAsync(
        IReadOnlyList<PolicyQuestion> questions, byte[] request, PolicyUses uses, CancellationToken cancellationToken)
    {
        var digest = uses.IsOfTime ? null : AnswerMemo.DigestOf(request);
        if (digest is not null && Recall(questions, digest) is { } known) return known;
        return await Pool.UseAsync(session => questions.Select(question => (question.Action, Ask(session, question))).ToList(), cancellationToken);

        CedarAnswer Ask(CedarSession session, PolicyQuestion question)
        {
            var answer = session.Decide(question.Slice, question.Action, request);
            if (digest is not null) _memo.Add(question, digest, answer);
            return answer;
        }
    }

    /// <summary>Starts the instances and has them read what every request is asked by, so that the first request waits for nothing.</summary>
    internal void Prepare()
    {
        var common = Actions.Select(action => Slices.Of(new DecisionScope(action))).ToList();
        Pool.Fill(session =>
        {
            foreach (var slice in common) session.Prepare(slice);
        });
    }

    /// <inheritdoc/>
    public void Dispose() => Pool.Dispose();

    private List<(string Action, CedarAnswer Answer)>? Recall(IReadOnlyList<PolicyQuestion> questions, string digest)
    {
        var known = new List<(string, CedarAnswer)>(questions.Count);
        foreach (var question in questions)
        {
            if (!_memo.TryGet(question, digest, out var answer)) return null;
            known.Add((question.Action, answer));
        }

        return known;
    }
}
