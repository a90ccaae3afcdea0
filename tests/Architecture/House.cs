using System.Collections.Frozen;

namespace CredBroker.Architecture;

/// <summary>Which of our assemblies each of them may use.</summary>
internal static class House
{
    public static FrozenDictionary<string, string[]> Assemblies { get; } = new Dictionary<string, string[]>
    {
        ["CredBroker"] = [],
        ["CredBroker.Protocol"] = [],
        ["CredBroker.EmbeddedStore"] = [],
        ["CredBroker.Policy.Cedar"] = ["CredBroker"],
        ["CredBroker.Client"] = ["CredBroker.Protocol"],
        ["CredBroker.Verification"] = ["CredBroker.Protocol"],
        ["CredBroker.Cli"] = ["CredBroker.Client", "CredBroker", "CredBroker.Policy.Cedar"],
        ["CredBroker.Server"] =
            ["CredBroker", "CredBroker.Protocol", "CredBroker.Policy.Cedar", "CredBroker.EmbeddedStore", "CredBroker.Verification"],
    }.ToFrozenDictionary();
}
