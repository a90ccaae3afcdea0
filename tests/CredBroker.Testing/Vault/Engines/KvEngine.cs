using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Leases;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>Key and value, version 2: everybody who reads gets the same secret, without any lease.</summary>
internal sealed class KvEngine(VaultDoubleSettings settings) : ISecretEngine
{
    private const string Data = "data/";
    private readonly ConcurrentDictionary<string, (JsonObject Data, int Version, DateTimeOffset At)> _secrets = new(StringComparer.Ordinal);

    public Task<EngineReply> AnswerAsync(VaultRequest request)
    {
        if (!request.Path.StartsWith(Data, StringComparison.Ordinal)) throw VaultRefusal.NotFound();
        var path = request.Path[Data.Length..];
        return Task.FromResult(request.Method switch
        {
            "GET" => Read(path),
            "POST" => Write(path, request.Body["data"] as JsonObject ?? throw VaultRefusal.BadRequest("no data provided")),
            "DELETE" => Delete(path),
            _ => throw VaultRefusal.NotFound(),
        });
    }

    public Task RenewAsync(LeaseEntry lease, DateTimeOffset expiresAt) => throw new NotSupportedException();

    public Task RevokeAsync(LeaseEntry lease) => throw new NotSupportedException();

    private EngineReply Read(string path) => _secrets.TryGetValue(path, out var secret)
        ? new EngineReply(new JsonObject { ["data"] = secret.Data.DeepClone(), ["metadata"] = Metadata(secret.Version, secret.At) })
        : throw VaultRefusal.NotFound();

    private EngineReply Write(string path, JsonObject data)
    {
        var copy = data.DeepClone().AsObject();
        var now = settings.Time.GetUtcNow();
        var stored = _secrets.AddOrUpdate(path, _ => (copy, 1, now), (_, old) => (copy, old.Version + 1, now));
        return new EngineReply(Metadata(stored.Version, stored.At));
    }

    private EngineReply Delete(string path)
    {
        _secrets.TryRemove(path, out _);
        return EngineReply.Done;
    }

    private static JsonObject Metadata(int version, DateTimeOffset at) => new()
    {
        ["created_time"] = at.ToString("O"),
        ["custom_metadata"] = null,
        ["deletion_time"] = "",
        ["destroyed"] = false,
        ["version"] = version,
    };
}
