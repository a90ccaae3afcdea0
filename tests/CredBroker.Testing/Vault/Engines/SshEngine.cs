using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Leases;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>Signs SSH keys. There is no lease and nothing to revoke: what is signed is good until its end.</summary>
internal sealed class SshEngine : ISecretEngine
{
    private readonly ConcurrentDictionary<string, VaultRequest> _roles = new(StringComparer.Ordinal);
    private bool _hasKey;

    public Task<EngineReply> AnswerAsync(VaultRequest request) => Task.FromResult((request.Method, request.Path.Split('/')) switch
    {
        ("POST", ["config", "ca"]) => MakeKey(),
        ("POST", ["roles", var name]) => PutRole(name, request),
        ("POST", ["sign", var name]) => Sign(_roles.TryGetValue(name, out var role) ? role : throw VaultRefusal.BadRequest($"unknown role: {name}"), request),
        _ => throw VaultRefusal.NotFound(),
    });

    public Task RenewAsync(LeaseEntry lease, DateTimeOffset expiresAt) => throw new NotSupportedException();

    public Task RevokeAsync(LeaseEntry lease) => throw new NotSupportedException();

    private EngineReply MakeKey()
    {
        _hasKey = true;
        return new EngineReply(new JsonObject { ["public_key"] = "ssh-ed25519 " + Convert.ToBase64String(RandomNumberGenerator.GetBytes(51)) });
    }

    private EngineReply PutRole(string name, VaultRequest request)
    {
        _roles[name] = request;
        return EngineReply.Done;
    }

    private EngineReply Sign(VaultRequest role, VaultRequest request)
    {
        if (!_hasKey) throw VaultRefusal.BadRequest("failed to read CA private key");
        if (!request.Required("public_key").StartsWith("ssh-", StringComparison.Ordinal)) throw VaultRefusal.BadRequest("failed to parse public_key as SSH key");
        var allowed = role.Words("allowed_users");
        var wished = request.Words("valid_principals") is { Count: > 0 } principals ? principals : role.Words("default_user");
        if (!allowed.Contains("*") && !wished.All(allowed.Contains)) throw VaultRefusal.BadRequest($"{string.Join(',', wished)} is not a valid value for valid_principals");
        if (role.Duration("max_ttl") is { } max && request.Duration("ttl") > max) throw VaultRefusal.BadRequest("ttl is larger than maximum allowed");
        // As long as a certificate and of no more meaning: nobody here logs in by SSH.
        return new EngineReply(new JsonObject
        {
            ["serial_number"] = RandomNumberGenerator.GetHexString(16, lowercase: true),
            ["signed_key"] = string.Create(CultureInfo.InvariantCulture, $"ssh-ed25519-cert-v01@openssh.com {Convert.ToBase64String(RandomNumberGenerator.GetBytes(360))}\n"),
        });
    }
}
