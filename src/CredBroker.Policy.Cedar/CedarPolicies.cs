using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Policy.Cedar.Wasm;

namespace CredBroker.Policy.Cedar;

/// <summary>A good set of policies with the instances of Cedar that decide by it.</summary>
public sealed class CedarPolicies : IDisposable
{
    private const long MaxReusedMemory = 256L * 1024 * 1024;
    private const int MinKeptPolicies = 20_000;

    /// <summary>As many as can run at once; deciding waits for nothing else.</summary>
    internal static readonly int Instances = Math.Clamp(Environment.ProcessorCount, 1, 16);

    private static readonly string[] Actions = ["openTask", "read", "write", "delegate", "renew", "callTool"];

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
}
