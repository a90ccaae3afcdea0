using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Policy.Cedar.Wasm;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>
/// An instance of Cedar that has read the schema, and the policies that it was lately asked about. For one thread at a time;
/// after a <see cref="CedarFaultException"/> it must not be used again.
/// </summary>
internal sealed class CedarSession : IDisposable
{
    private const string SchemaName = "credbroker";

    private readonly CedarInstance _instance;
    private readonly SliceSlots _slots;
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    /// <summary>Starts with a schema.</summary>
    /// <param name="instance">The instance; it ends with this session.</param>
    /// <param name="schema">The schema, as Cedar writes it.</param>
    /// <param name="maxPolicies">How many policies it keeps read, counted once for each slice that they are in.</param>
    public CedarSession(CedarInstance instance, string schema, int maxPolicies)
    {
        _instance = instance;
        _slots = new SliceSlots(maxPolicies);
        try
        {
            Require(instance.Call("preparseSchema", SchemaName, JsonSerializer.SerializeToUtf8Bytes(schema)));
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    /// <summary>How much memory it holds, in bytes.</summary>
    public long MemoryBytes => _instance.MemoryBytes;

    /// <summary>Decides one request.</summary>
    /// <param name="slice">The policies to ask.</param>
    /// <param name="action">What is asked for.</param>
    /// <param name="request">A JSON object of <c>principal</c>, <c>resource</c>, <c>context</c> and <c>entities</c>.</param>
    /// <param name="validate">
    /// Checks a whole request against the schema. It takes as long again, and what <see cref="RequestJson"/> writes is checked by tests.
    /// </param>
    /// <exception cref="CedarFaultException">Cedar broke off.</exception>
    public CedarAnswer Decide(PolicySlice slice, string action, ReadOnlySpan<byte> request, bool validate = false)
    {
        var set = Prepare(slice);
        _buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteStartObject("action");
            json.WriteString("type", "Action");
            json.WriteString("id", action);
            json.WriteEndObject();
            json.WriteString("preparsedPolicySetId", set);
            if (validate) json.WriteString("preparsedSchemaName", SchemaName);
            json.WriteBoolean("validateRequest", validate);
        }

        _buffer.Write(","u8);
        // Without the brace that begins it: its members go on with ours.
        _buffer.Write(request[1..]);
        return CedarAnswer.Read(_instance.Call("statefulIsAuthorized", _buffer.WrittenSpan.ToArray()));
    }

    /// <summary>Reads the policies of a slice, where it has not read them before.</summary>
    /// <returns>The name under which Cedar keeps them.</returns>
    public string Prepare(PolicySlice slice)
    {
        var (slot, isNew) = _slots.Take(slice);
        var name = slot.ToString(CultureInfo.InvariantCulture);
        if (isNew) Require(_instance.Call("preparsePolicySet", name, Write(slice.Policies)));
        return name;
    }

    /// <inheritdoc/>
    public void Dispose() => _instance.Dispose();

    /// <summary>The JSON of a set of policies, each under its id.</summary>
    internal static byte[] Write(IReadOnlyList<CedarPolicy> policies)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("staticPolicies");
            foreach (var policy in policies) json.WriteString(policy.Id, policy.Text);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Require(byte[] answer)
    {
        using var document = JsonDocument.Parse(answer);
        if (document.RootElement.GetProperty("type").GetString() == "success") return;
        var errors = CedarError.ReadAll(document.RootElement.GetProperty("errors"), "");
        throw new CedarFaultException(string.Join("; ", errors.Select(error => error.Message)));
    }
}
