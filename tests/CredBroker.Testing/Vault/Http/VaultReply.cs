using System.Net;
using System.Text.Json.Nodes;

namespace CredBroker.Testing.Vault.Http;

/// <summary>An answer in the form that Vault gives all of them.</summary>
internal sealed record VaultReply(int Status, JsonObject? Body = null)
{
    public static VaultReply NoContent { get; } = new((int)HttpStatusCode.NoContent);

    public static VaultReply Accepted { get; } = new((int)HttpStatusCode.Accepted);

    /// <summary>Headers beside the usual ones.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static VaultReply Error(int status, IEnumerable<string> errors) =>
        new(status, new JsonObject { ["errors"] = new JsonArray([.. errors.Select(error => JsonValue.Create(error))]) });

    public static VaultReply Data(JsonObject? data, IEnumerable<string>? warnings = null) => Envelope(data, auth: null, warnings);

    public static VaultReply Secret(string leaseId, bool renewable, TimeSpan duration, JsonObject? data, IEnumerable<string>? warnings = null)
    {
        var reply = Envelope(data, auth: null, warnings);
        reply.Body!["lease_id"] = leaseId;
        reply.Body["renewable"] = renewable;
        reply.Body["lease_duration"] = (long)duration.TotalSeconds;
        return reply;
    }

    public static VaultReply Auth(JsonObject auth, IEnumerable<string>? warnings = null) => Envelope(data: null, auth, warnings);

    /// <summary>What is told where the real answer waits behind a token of its own.</summary>
    public static VaultReply Wrapped(JsonObject info)
    {
        var reply = Envelope(data: null, auth: null, warnings: null);
        reply.Body!["wrap_info"] = info;
        return reply;
    }

    /// <summary>Never what it says: that may be a secret.</summary>
    public override string ToString() => $"{Status}";

    private static VaultReply Envelope(JsonObject? data, JsonObject? auth, IEnumerable<string>? warnings)
    {
        var words = warnings?.ToArray() ?? [];
        return new VaultReply((int)HttpStatusCode.OK, new JsonObject
        {
            ["request_id"] = Guid.NewGuid().ToString(),
            ["lease_id"] = "",
            ["renewable"] = false,
            ["lease_duration"] = 0,
            ["data"] = data,
            ["wrap_info"] = null,
            ["warnings"] = words.Length == 0 ? null : new JsonArray([.. words.Select(word => JsonValue.Create(word))]),
            ["auth"] = auth,
        });
    }
}
