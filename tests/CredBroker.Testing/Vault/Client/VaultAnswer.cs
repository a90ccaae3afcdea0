using System.Text.Json.Nodes;

namespace CredBroker.Testing.Vault.Client;

/// <summary>What a Vault answered.</summary>
public sealed record VaultAnswer(int Status, JsonObject? Body)
{
    /// <summary>Whether it did what it was asked.</summary>
    public bool IsDone => Status is >= 200 and < 300;

    public JsonObject Data => Part("data");

    public JsonObject Auth => Part("auth");

    public JsonObject WrapInfo => Part("wrap_info");

    public string ClientToken => (string?)Auth["client_token"] ?? "";

    public string Accessor => (string?)Auth["accessor"] ?? "";

    public string LeaseId => (string?)Body?["lease_id"] ?? "";

    public bool Renewable => (bool?)Body?["renewable"] ?? false;

    /// <summary>Of the secret.</summary>
    public TimeSpan LeaseDuration => TimeSpan.FromSeconds((long?)Body?["lease_duration"] ?? 0);

    /// <summary>Of the token.</summary>
    public TimeSpan AuthDuration => TimeSpan.FromSeconds((long?)Auth["lease_duration"] ?? 0);

    public IReadOnlyList<string> Warnings => Texts("warnings");

    public IReadOnlyList<string> Errors => Texts("errors");

    public IReadOnlyList<string> Keys => Data["keys"] is JsonArray keys ? [.. keys.Select(key => (string)key!)] : [];

    /// <summary>This answer, where it is a good one.</summary>
    /// <exception cref="InvalidOperationException">It is not; the message has what Vault said.</exception>
    public VaultAnswer Required() => IsDone ? this : throw new InvalidOperationException($"Vault answered {Status}: {string.Join("; ", Errors)}");

    /// <summary>Never what was told: it may be a secret.</summary>
    public override string ToString() => $"{Status} {string.Join("; ", Errors)}";

    private JsonObject Part(string name) => Body?[name] as JsonObject ?? [];

    private IReadOnlyList<string> Texts(string name) => Body?[name] is JsonArray texts ? [.. texts.Select(text => (string)text!)] : [];
}
