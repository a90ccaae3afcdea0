using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CredBroker.Testing.Vault.Http;

/// <summary>Answers that wait behind a token of their own, to be fetched once.</summary>
internal sealed class VaultWrappings(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (VaultReply Reply, DateTimeOffset ExpiresAt)> _waiting = new(StringComparer.Ordinal);

    public VaultReply Wrap(VaultRequest request, VaultReply reply, TimeSpan ttl)
    {
        var token = "hvs." + VaultSecretText.Random();
        var now = time.GetUtcNow();
        _waiting[token] = (reply, now + ttl);
        return VaultReply.Wrapped(new JsonObject
        {
            ["token"] = token,
            ["accessor"] = VaultSecretText.Random(),
            ["ttl"] = (long)ttl.TotalSeconds,
            ["creation_time"] = now.ToString("O", CultureInfo.InvariantCulture),
            ["creation_path"] = request.Path,
            ["wrapped_accessor"] = (string?)reply.Body?["auth"]?["accessor"] ?? "",
        });
    }

    /// <exception cref="VaultRefusal">400: it was fetched already, or too late.</exception>
    public VaultReply Unwrap(VaultRequest request)
    {
        var token = request.Text("token") is { Length: > 0 } named ? named : request.Token ?? "";
        return _waiting.TryRemove(token, out var wrapped) && wrapped.ExpiresAt > time.GetUtcNow()
            ? wrapped.Reply
            : throw VaultRefusal.BadRequest("wrapping token is not valid or does not exist");
    }
}
