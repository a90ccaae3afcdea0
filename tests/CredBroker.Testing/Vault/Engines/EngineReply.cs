using System.Text.Json.Nodes;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>What an engine answers.</summary>
/// <param name="Data">The data; null = done, nothing to say.</param>
/// <param name="Secret">The lease to register for it; null = none.</param>
internal sealed record EngineReply(JsonObject? Data, SecretTerms? Secret = null)
{
    public static EngineReply Done { get; } = new(Data: null);

    /// <summary>Never the data.</summary>
    public override string ToString() => nameof(EngineReply);
}
