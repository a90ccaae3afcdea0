using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Calls;

/// <summary>Every request that came in, in order.</summary>
public sealed class VaultCalls
{
    private static readonly HashSet<string> Harmless =
    [
        "accessor", "lease_id", "ttl", "explicit_max_ttl", "increment", "num_uses", "no_default_policy", "type", "sync", "role", "policies", "meta",
        "display_name", "renewable", "common_name", "valid_principals", "serial_number",
    ];

    private readonly ConcurrentQueue<VaultCall> _calls = new();

    /// <summary>All of them.</summary>
    public IReadOnlyList<VaultCall> All => [.. _calls];

    /// <summary>Those at a path, such as one of <see cref="VaultPath"/>.</summary>
    public IReadOnlyList<VaultCall> Of(string path)
    {
        var pattern = new Regex("^" + Regex.Escape(path).Replace("\\*", ".*", StringComparison.Ordinal) + "$");
        return [.. _calls.Where(call => pattern.IsMatch(call.Path))];
    }

    /// <summary>Forgets them.</summary>
    public void Clear() => _calls.Clear();

    internal VaultCall Add(VaultRequest request, DateTimeOffset at)
    {
        var fields = request.Body.Where(field => Harmless.Contains(field.Key)).ToDictionary(field => field.Key, field => field.Value?.ToJsonString() ?? "null");
        var call = new VaultCall(request.Method, request.Path, request.Namespace, request.SaysVault, fields, at);
        _calls.Enqueue(call);
        return call;
    }
}
