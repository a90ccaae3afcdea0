using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace CredBroker.Testing.Vault.Http;

/// <summary>One request as the parts of the double see it.</summary>
internal sealed record VaultRequest
{
    private const string Root = "/v1/";

    /// <summary><c>GET</c>, <c>LIST</c>, <c>POST</c> (also for PUT) or <c>DELETE</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Below <c>/v1/</c>; for an engine or a login below its mount.</summary>
    public required string Path { get; init; }

    public required JsonObject Body { get; init; }

    public string Namespace { get; init; } = "";

    public string? Token { get; init; }

    /// <summary>For how long the answer is to be wrapped.</summary>
    public TimeSpan? WrapFor { get; init; }

    /// <summary>Whether it said of itself that it is meant for Vault.</summary>
    public bool SaysVault { get; init; }

    public bool IsRead => Method is "GET";

    public bool IsWrite => Method is "POST";

    public bool IsList => Method is "LIST";

    public static async Task<VaultRequest> ReadAsync(HttpRequest http)
    {
        var path = http.Path.Value ?? "";
        if (!path.StartsWith(Root, StringComparison.Ordinal)) throw VaultRefusal.NotFound();
        return new VaultRequest
        {
            Method = http.Method switch
            {
                "PUT" => "POST",
                "GET" when http.Query["list"] == "true" => "LIST",
                var method => method,
            },
            Path = path[Root.Length..].TrimEnd('/'),
            Body = await ReadBodyAsync(http),
            Namespace = http.Headers["X-Vault-Namespace"].ToString().Trim('/'),
            Token = TokenOf(http),
            WrapFor = http.Headers["X-Vault-Wrap-TTL"] is { Count: > 0 } wrap ? VaultDuration.Parse(wrap.ToString()) : null,
            SaysVault = http.Headers["X-Vault-Request"] == "true",
        };
    }

    public string Text(string name) => Body[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    public string Required(string name) => Text(name) is { Length: > 0 } text ? text : throw VaultRefusal.BadRequest($"{name} must be specified");

    public TimeSpan? Duration(string name) => VaultDuration.Read(Body[name]);

    public bool? Flag(string name) => Body[name] is JsonValue value
        ? value.TryGetValue(out bool flag) ? flag : value.TryGetValue(out string? text) && text == "true"
        : null;

    public int Number(string name) => Body[name] is JsonValue value && value.TryGetValue(out int number) ? number : 0;

    /// <summary>A list, or text with commas.</summary>
    public IReadOnlyList<string> Words(string name) => Body[name] switch
    {
        JsonArray list => [.. list.Select(item => (string)item!)],
        JsonValue value => [.. ((string)value!).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
        _ => [],
    };

    public IReadOnlyDictionary<string, string> Map(string name) =>
        Body[name] is JsonObject map ? map.ToDictionary(entry => entry.Key, entry => (string)entry.Value!) : new Dictionary<string, string>();

    /// <summary>Never the token nor the body.</summary>
    public override string ToString() => $"{Method} {Path}";

    private static string? TokenOf(HttpRequest http)
    {
        var token = http.Headers["X-Vault-Token"].ToString();
        if (token.Length > 0) return token;
        var bearer = http.Headers.Authorization.ToString();
        return bearer.StartsWith("Bearer ", StringComparison.Ordinal) ? bearer["Bearer ".Length..] : null;
    }

    private static async Task<JsonObject> ReadBodyAsync(HttpRequest http)
    {
        if (http.ContentLength is 0 or null && !http.Headers.ContainsKey("Transfer-Encoding")) return [];
        try
        {
            return await JsonNode.ParseAsync(http.Body, cancellationToken: http.HttpContext.RequestAborted) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            throw VaultRefusal.BadRequest("failed to parse JSON input");
        }
    }
}
