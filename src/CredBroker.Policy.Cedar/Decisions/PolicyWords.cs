using System.Collections.Frozen;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>The words of policies for what the domain has as values.</summary>
internal static class PolicyWords
{
    private static readonly FrozenDictionary<Capabilities, string[]> Sets = Enumerable.Range(0, 8).ToFrozenDictionary(
        set => (Capabilities)set,
        set => new[] { Capabilities.Read, Capabilities.Write, Capabilities.Delegate }
            .Where(one => ((Capabilities)set & one) != 0).Select(one => one.ToString().ToLowerInvariant()).ToArray());

    private static readonly FrozenDictionary<Sensitivity, string> Sensitivities =
        Enum.GetValues<Sensitivity>().ToFrozenDictionary(value => value, value => value.ToString().ToLowerInvariant());

    private static readonly FrozenDictionary<RiskLevel, string> Risks =
        Enum.GetValues<RiskLevel>().ToFrozenDictionary(value => value, value => value.ToString().ToLowerInvariant());

    /// <summary>Each capability by its action's name, in the order read, write, delegate.</summary>
    public static IReadOnlyList<string> Of(Capabilities capabilities) => Sets[capabilities];

    public static string Of(Sensitivity sensitivity) => Sensitivities[sensitivity];

    public static string Of(RiskLevel risk) => Risks[risk];
}
