namespace CredBroker.Templates.Yaml;

/// <summary>Names fields as faults do: <c>spec.ttl.max</c>, <c>spec.tenants[1]</c>.</summary>
internal static class FieldPath
{
    public static string Of(string parent, string name) => parent.Length == 0 ? name : $"{parent}.{name}";

    public static string Of(string parent, int index) => $"{parent}[{index}]";

    /// <summary>The root has no name of its own.</summary>
    public static string Shown(string field) => field.Length == 0 ? "document" : field;
}
