using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using CredBroker.Templates.Documents.Backends;

namespace CredBroker.Templates.Documents;

/// <summary>
/// Versions by content: the first 8 bytes of the SHA-256 of a canonical JSON text, in lower-case hex. What has no order
/// (tenants, subjects, documents) is sorted; layout, comments and files play no part.
/// </summary>
internal static class ContentHash
{
    private const int Bytes = 8;

    public static string Of(Template template) => Hash(json => Write(json, template));

    public static string Of(IEnumerable<Template> templates, IEnumerable<Target> targets, IEnumerable<WorkloadRule> rules, IEnumerable<ApproverGroup> groups) => Hash(json =>
    {
        json.WriteStartArray();
        foreach (var template in templates.OrderBy(t => t.Name, StringComparer.Ordinal)) json.WriteStringValue($"{template.Name} {template.Version}");
        json.WriteEndArray();
        json.WriteStartArray();
        foreach (var target in targets.OrderBy(t => t.Name, StringComparer.Ordinal)) Write(json, target);
        json.WriteEndArray();
        json.WriteStartArray();
        foreach (var rule in rules.OrderBy(r => r.Name, StringComparer.Ordinal)) Write(json, rule);
        json.WriteEndArray();
        // A set without any has the version that it had before there were groups.
        foreach (var group in groups.OrderBy(g => g.Name, StringComparer.Ordinal)) Write(json, group);
    });

    private static string Hash(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            write(json);
            json.WriteEndArray();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan)[..Bytes]);
    }

    private static void Write(Utf8JsonWriter json, Template template)
    {
        json.WriteStringValue(template.Name);
        json.WriteStringValue(template.Owner);
        json.WriteStringValue(template.Description);
        WriteAll(json, template.Tenants.Order(StringComparer.Ordinal));
        WriteAll(json, template.Subjects.Select(s => s.ToString()).Order(StringComparer.Ordinal));
        json.WriteStringValue(template.Target);
        json.WriteNumberValue((int)template.Sensitivity);
        json.WriteNumberValue((int)template.Risk);
        json.WriteNumberValue((int)template.Capabilities);
        Write(json, template.DefaultTtl);
        Write(json, template.MaxTtl);
        json.WriteBooleanValue(template.Renewable);
        json.WriteNumberValue(template.PerTask ?? 0);
        json.WriteNumberValue(template.PerWorkload ?? 0);
        json.WriteNumberValue((int)template.Proof);
        Write(json, template.Backend);
    }

    private static void Write(Utf8JsonWriter json, TemplateBackend backend)
    {
        json.WriteStringValue(backend.Name);
        BackendDocuments.Of(backend).Write(json, backend);
    }

    private static void Write(Utf8JsonWriter json, Target target)
    {
        json.WriteStringValue(target.Name);
        json.WriteStringValue(target.Owner);
        json.WriteNumberValue((int)target.Sensitivity);
    }

    private static void Write(Utf8JsonWriter json, WorkloadRule rule)
    {
        json.WriteStringValue(rule.Name);
        json.WriteStringValue(rule.Attestor);
        json.WriteStringValue(rule.Subject.ToString());
        json.WriteStringValue(rule.Tenant);
        json.WriteNumberValue((int)rule.Kind);
        foreach (var length in new[] { rule.HeartbeatMin, rule.HeartbeatMax, rule.MaxDuration, rule.ReattestEvery }) Write(json, length);
        WriteAll(json, rule.Audiences.Order(StringComparer.Ordinal));
        WriteAll(json, rule.Selectors.Select(selector => selector.ToString()).Order(StringComparer.Ordinal));
        json.WriteNumberValue((int)rule.Proof);
        json.WriteNumberValue((int)rule.Containment);
        WriteAll(json, rule.MayEnd.Select(subject => subject.ToString()).Order(StringComparer.Ordinal));
        WriteAll(json, rule.Attributes.OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => new[] { entry.Key, entry.Value }));
    }

    private static void Write(Utf8JsonWriter json, ApproverGroup group)
    {
        json.WriteStringValue(group.Name);
        json.WriteStringValue(group.Owner);
        WriteAll(json, group.Approvers.Order(StringComparer.Ordinal));
    }

    private static void Write(Utf8JsonWriter json, TimeSpan duration) => json.WriteNumberValue((long)duration.TotalSeconds);

    public static void WriteAll(Utf8JsonWriter json, IEnumerable<string> values)
    {
        json.WriteStartArray();
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
