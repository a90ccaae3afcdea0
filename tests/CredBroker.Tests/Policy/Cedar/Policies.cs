using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Documents;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>Policies for tests that do not care how they are read.</summary>
internal static class Policies
{
    public static CedarPolicy Of(string id, string text, PolicyScope? scope = null) => new()
    {
        Id = id,
        Permits = text.StartsWith("permit", StringComparison.Ordinal),
        Text = text,
        Scope = scope ?? new PolicyScope(null, null, null),
    };

    public static PolicySlice Slice(params string[] texts) => new([.. texts.Select((text, index) => Of($"p{index}", text))]);
}
