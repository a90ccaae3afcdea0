using System.Text.Json;
using Google.Protobuf.Reflection;

namespace CredBroker.Server.Api;

/// <summary>
/// Finds what a call by JSON says that its message knows nothing of. The library would leave that out: a misspelt selector then matches more, and a misspelt
/// consent is none.
/// </summary>
internal static class KnownMembers
{
    private const string WellKnown = "google.protobuf";

    /// <summary>The path of a member that the message does not have; null = it has all of them.</summary>
    public static string? FindUnknown(JsonElement value, MessageDescriptor message)
    {
        // What is no object at all is for the reader to refuse; a type that protobuf writes in a way of its own may hold anything.
        if (value.ValueKind != JsonValueKind.Object || message.File.Package == WellKnown) return null;
        foreach (var member in value.EnumerateObject())
        {
            if (FieldOf(message, member.Name) is not { } field) return member.Name;
            if (FindUnknown(member.Value, field) is { } below) return $"{field.Name}.{below}";
        }

        return null;
    }

    /// <summary>Whether a parameter of a query names a field that takes one value, or a list of such.</summary>
    public static bool IsKnown(string parameter, MessageDescriptor message)
    {
        var path = parameter.Split('.');
        for (var i = 0; i < path.Length; i++)
        {
            if (FieldOf(message, path[i]) is not { IsMap: false } field) return false;
            var isMessage = field.FieldType == FieldType.Message && field.MessageType.File.Package != WellKnown;
            if (i == path.Length - 1) return !isMessage;
            if (!isMessage || field.IsRepeated) return false;
            message = field.MessageType;
        }

        return false;
    }

    /// <summary>The field of a name, which may be that of the protocol or that of JSON.</summary>
    public static FieldDescriptor? FieldOf(MessageDescriptor message, string name) =>
        message.FindFieldByName(name) ?? message.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name);

    private static string? FindUnknown(JsonElement value, FieldDescriptor field)
    {
        if (field.FieldType != FieldType.Message) return null;
        if (field.IsMap)
        {
            var entry = field.MessageType.FindFieldByNumber(2);
            return value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().Select(one => FindUnknown(one.Value, entry)).FirstOrDefault(found => found is not null) : null;
        }

        return value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select(one => FindUnknown(one, field.MessageType)).FirstOrDefault(found => found is not null)
            : FindUnknown(value, field.MessageType);
    }
}
