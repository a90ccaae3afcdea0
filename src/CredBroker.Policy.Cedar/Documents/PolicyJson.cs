using System.Collections.Frozen;
using System.Text.Json;

namespace CredBroker.Policy.Cedar.Documents;

/// <summary>What is read from Cedar's own JSON form of a policy.</summary>
internal static class PolicyJson
{
    private const string TaskType = "Task";

    /// <summary>The head. What is not known here is taken for "any": a policy is rather asked in vain than left out.</summary>
    public static PolicyScope Scope(JsonElement policy) => new(
        Entity(policy.GetProperty("principal")), Actions(policy.GetProperty("action")), Entity(policy.GetProperty("resource")));

    /// <summary>The annotations, by name.</summary>
    public static IReadOnlyDictionary<string, string> Annotations(JsonElement policy) => policy.TryGetProperty("annotations", out var annotations)
        ? annotations.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString() ?? "")
        : new Dictionary<string, string>();

    /// <summary>What head and conditions look at.</summary>
    public static PolicyUses Uses(JsonElement policy)
    {
        var uses = new UsesReader();
        uses.Read(policy.GetProperty("conditions"));
        var isGrouped = uses.IsGrouped || IsGroup(policy.GetProperty("principal")) || IsGroup(policy.GetProperty("resource"));
        var isTaskNamed = uses.IsTaskNamed || Entity(policy.GetProperty("resource")) is { Type: TaskType };
        return new PolicyUses(uses.Names.ToFrozenSet(), uses.IsContextWhole, uses.IsTagged, isGrouped, isTaskNamed);
    }

    private static bool IsGroup(JsonElement head) => head.TryGetProperty("in", out _) || head.GetProperty("op").ValueEquals("in");

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

    /// <summary>Walks an expression. Whatever is not known is walked all the same: a name too many costs a little, one too few an answer.</summary>
    private sealed class UsesReader
    {
        public HashSet<string> Names { get; } = [];

        public bool IsContextWhole { get; private set; }

        public bool IsTagged { get; private set; }

        public bool IsGrouped { get; private set; }

        public bool IsTaskNamed { get; private set; }

        public void Read(JsonElement expression)
        {
            if (expression.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in expression.EnumerateArray()) Read(item);
            }
            else if (expression.ValueKind == JsonValueKind.Object)
            {
                if (IsContext(expression)) IsContextWhole = true;
                foreach (var operation in expression.EnumerateObject()) Read(operation);
            }
        }

        private void Read(JsonProperty operation)
        {
            IsTagged |= operation.Name is "hasTag" or "getTag";
            IsGrouped |= operation.Name == "in";
            IsTaskNamed |= operation.Name == "__entity" && operation.Value.GetProperty("type").ValueEquals(TaskType);
            if (operation.Name is not ("." or "has") || operation.Value.ValueKind != JsonValueKind.Object)
            {
                Read(operation.Value);
                return;
            }

            if (operation.Value.TryGetProperty("attr", out var attribute)) ReadNames(attribute);
            if (operation.Value.TryGetProperty("left", out var left) && !IsContext(left)) Read(left);
        }

        /// <summary><c>has</c> may name a path.</summary>
        private void ReadNames(JsonElement attribute)
        {
            if (attribute.ValueKind == JsonValueKind.String) Names.Add(attribute.GetString()!);
            else if (attribute.ValueKind == JsonValueKind.Array) foreach (var part in attribute.EnumerateArray()) ReadNames(part);
        }

        private static bool IsContext(JsonElement expression) =>
            expression.ValueKind == JsonValueKind.Object && expression.TryGetProperty("Var", out var name)
            && name.ValueKind == JsonValueKind.String && name.ValueEquals("context");
    }
}
