using System.Net;
using System.Text.Json;
using CredBroker.Issuance;

namespace CredBroker.Server.Api.AuthZen;

/// <summary>
/// Reads evaluations in the broker's words. Members that it does not know are ignored; one that it knows has its type or the evaluation
/// is refused, with the member's name.
/// </summary>
internal static class ReadEvaluation
{
    /// <summary>The type of resources that stand in the catalogue of targets by their id alone.</summary>
    private const string TargetType = "target";

    /// <summary>One evaluation, with what is missing in it taken from the defaults.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>.</exception>
    public static Evaluation Of(JsonElement item, JsonElement defaults, IPAddress? source)
    {
        if (item.ValueKind is not JsonValueKind.Object) throw Invalid("evaluations", "must hold objects");
        var subject = Entity("subject", item, defaults);
        var action = Entity("action", item, defaults);
        var resource = Entity("resource", item, defaults);
        var context = Find("context", item, defaults) is { } found ? AsObject("context", found) : default(JsonElement?);
        _ = Properties("subject", subject);
        var name = RequiredText("action", action, "name");
        var doing = Properties("action", action);
        return new Evaluation(
            RequiredText("subject", subject, "type"),
            RequiredText("subject", subject, "id"),
            new ToolCallQuestion
            {
                Tool = Text("action.properties", doing, "tool") ?? name,
                Capability = Capability(Text("action.properties", doing, "capability"), name),
                Target = Target(resource),
                Sensitivity = Sensitivity(Properties("resource", resource)),
                ArgumentsDigest = Text("context", context, "arguments_digest") ?? "",
                ApprovalId = Text("context", context, "approval_id") ?? "",
                Source = source,
            });
    }

    /// <summary>The evaluations of a request; none where the request itself is the one.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>.</exception>
    public static IReadOnlyList<JsonElement> Items(JsonElement request, int atMost)
    {
        if (!request.TryGetProperty("evaluations", out var items)) return [];
        if (items.ValueKind is not JsonValueKind.Array) throw Invalid("evaluations", "must be an array");
        return items.GetArrayLength() <= atMost ? [.. items.EnumerateArray()] : throw Invalid("evaluations", $"must not hold more than {atMost}");
    }

    /// <summary>How far they go.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>.</exception>
    public static EvaluationSemantic Semantic(JsonElement request)
    {
        if (!request.TryGetProperty("options", out var options)) return EvaluationSemantic.ExecuteAll;
        return Text("options", AsObject("options", options), "evaluations_semantic") switch
        {
            null or "execute_all" => EvaluationSemantic.ExecuteAll,
            "deny_on_first_deny" => EvaluationSemantic.DenyOnFirstDeny,
            "permit_on_first_permit" => EvaluationSemantic.PermitOnFirstPermit,
            _ => throw Invalid("options.evaluations_semantic", "must be execute_all, deny_on_first_deny or permit_on_first_permit"),
        };
    }

    /// <summary>Defaults that are wrong are wrong for all, whichever evaluation they would have been for.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>.</exception>
    public static void CheckDefaults(JsonElement request)
    {
        foreach (var name in new[] { "subject", "action", "resource", "context" })
            if (request.TryGetProperty(name, out var value)) AsObject(name, value);
    }

    /// <summary>What the call does; where nothing says that it only reads, it writes.</summary>
    private static Capabilities Capability(string? told, string name) => told switch
    {
        null => name is "read" or "can_read" ? Capabilities.Read : Capabilities.Write,
        "read" => Capabilities.Read,
        "write" => Capabilities.Write,
        _ => throw Invalid("action.properties.capability", "must be read or write"),
    };

    /// <summary>Ids are unique within their type, so that of another type is no target of the same name.</summary>
    private static string Target(JsonElement resource)
    {
        var (type, id) = (RequiredText("resource", resource, "type"), RequiredText("resource", resource, "id"));
        return type == TargetType ? id : $"{type}/{id}";
    }

    private static Sensitivity? Sensitivity(JsonElement? properties) => Text("resource.properties", properties, "sensitivity") switch
    {
        null => null,
        "public" => CredBroker.Sensitivity.Public,
        "internal" => CredBroker.Sensitivity.Internal,
        "confidential" => CredBroker.Sensitivity.Confidential,
        "restricted" => CredBroker.Sensitivity.Restricted,
        _ => throw Invalid("resource.properties.sensitivity", "must be public, internal, confidential or restricted"),
    };

    private static JsonElement Entity(string name, JsonElement item, JsonElement defaults) =>
        Find(name, item, defaults) is { } found ? AsObject(name, found) : throw Invalid(name, "must be given");

    private static JsonElement? Find(string name, JsonElement item, JsonElement defaults) =>
        item.TryGetProperty(name, out var own) || defaults.TryGetProperty(name, out own) ? own : null;

    private static JsonElement? Properties(string entity, JsonElement element) =>
        element.TryGetProperty("properties", out var found) ? AsObject($"{entity}.properties", found) : null;

    private static JsonElement AsObject(string field, JsonElement element) =>
        element.ValueKind is JsonValueKind.Object ? element : throw Invalid(field, "must be an object");

    private static string RequiredText(string entity, JsonElement element, string name) =>
        Text(entity, element, name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw Invalid($"{entity}.{name}", "must be given and not be empty");

    private static string? Text(string entity, JsonElement? element, string name)
    {
        if (element is not { } found || !found.TryGetProperty(name, out var value)) return null;
        return value.ValueKind is JsonValueKind.String ? value.GetString() : throw Invalid($"{entity}.{name}", "must be a string");
    }

    private static RefusedException Invalid(string field, string description) => RefusedException.Invalid(field, description);
}
