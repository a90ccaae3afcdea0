using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>What accounts of a role are made with.</summary>
internal sealed record DynamicRole(string Name, TimeSpan? DefaultTtl, TimeSpan? MaxTtl)
{
    /// <summary>The connection that it makes them at.</summary>
    public string Connection { get; init; } = "";

    public IReadOnlyList<string> Creation { get; init; } = [];

    public IReadOnlyList<string> Renewal { get; init; } = [];

    public IReadOnlyList<string> Revocation { get; init; } = [];

    public static DynamicRole Of(string name, VaultRequest request) => new(name, request.Duration("default_ttl") ?? request.Duration("ttl"), request.Duration("max_ttl"))
    {
        Connection = request.Text("db_name"),
        Creation = Statements(request, "creation_statements"),
        Renewal = Statements(request, "renew_statements"),
        Revocation = Statements(request, "revocation_statements"),
    };

    // SQL has commas of its own: text is one statement list, not words.
    private static IReadOnlyList<string> Statements(VaultRequest request, string name) =>
        request.Text(name) is { Length: > 0 } text ? [text] : request.Body[name] is null ? [] : request.Words(name);
}
