using System.Collections.Frozen;
using System.Text.Json;

namespace CredBroker.Policy.Cedar.Documents;

/// <summary>What is read from Cedar's own JSON form of a policy.</summary>
internal static class PolicyJson
{
    private static readonly FrozenSet<string> HeldFacts = FrozenSet.ToFrozenSet(["held", "holding", "live_leases"]);

    /// <summary>The head. What is not known here is taken for "any": a policy is rather asked in vain than left out.</summary>
    public static PolicyScope Scope(JsonElement policy) => new(
        Entity(policy.GetProperty("principal")), Actions(policy.GetProperty("action")), Entity(policy.GetProperty("resource")));

    /// <summary>The annotations, by name.</summary>
    public static IReadOnlyDictionary<string, string> Annotations(JsonElement policy) => policy.TryGetProperty("annotations", out var annotations)
        ? annotations.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString() ?? "")
        : new Dictionary<string, string>();

    /// <summary>The facts that the conditions look at.</summary>
    public static PolicyNeeds Needs(JsonElement policy) => LooksAtHeld(policy.GetProperty("conditions")) ? PolicyNeeds.Held : PolicyNeeds.None;

    private static EntityKey? Entity(JsonElement head)
    {
        // "is T in T::x" holds its entity one level down.
        if (head.TryGetProperty("in", out var nested)) head = nested;
        return head.TryGetProperty("entity", out var entity) ? Key(entity) : null;
    }

    private static FrozenSet<string>? Actions(JsonElement head)
    {
        if (head.TryGetProperty("entity", out var one)) return FrozenSet.ToFrozenSet([Key(one).Id]);
        return head.TryGetProperty("entities", out var many) ? many.EnumerateArray().Select(entity => Key(entity).Id).ToFrozenSet() : null;
    }

    private static EntityKey Key(JsonElement entity)
    {
        if (entity.TryGetProperty("__entity", out var inner)) entity = inner;
        return new EntityKey(entity.GetProperty("type").GetString()!, entity.GetProperty("id").GetString()!);
    }

    /// <summary>True also where the whole context is handed about, for then it cannot be told.</summary>
    private static bool LooksAtHeld(JsonElement expression) => expression.ValueKind switch
    {
        JsonValueKind.Array => expression.EnumerateArray().Any(LooksAtHeld),
        JsonValueKind.Object => IsContext(expression) || expression.EnumerateObject().Any(LooksAtHeld),
        _ => false,
    };

    private static bool LooksAtHeld(JsonProperty operation)
    {
        if (operation.Name is not ("." or "has") || operation.Value.ValueKind != JsonValueKind.Object
            || !operation.Value.TryGetProperty("left", out var left) || !IsContext(left)) return LooksAtHeld(operation.Value);
        var attribute = operation.Value.GetProperty("attr");
        return attribute.ValueKind != JsonValueKind.String || HeldFacts.Contains(attribute.GetString()!);
    }

    private static bool IsContext(JsonElement expression) =>
        expression.ValueKind == JsonValueKind.Object && expression.TryGetProperty("Var", out var name)
        && name.ValueKind == JsonValueKind.String && name.ValueEquals("context");
}
