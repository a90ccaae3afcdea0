using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Leases;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>Signs SSH keys. There is no lease and nothing to revoke: what is signed is good until its end.</summary>
internal sealed class SshEngine(VaultDoubleSettings settings) : ISecretEngine, IDisposable
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, VaultRequest> _roles = new(StringComparer.Ordinal);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private bool _hasKey;

    public Task<EngineReply> AnswerAsync(VaultRequest request) => Task.FromResult((request.Method, request.Path.Split('/')) switch
    {
        ("POST", ["config", "ca"]) => UseKey(),
        ("POST", ["roles", var name]) => PutRole(name, request),
        ("POST", ["sign", var name]) => Sign(_roles.TryGetValue(name, out var role) ? role : throw VaultRefusal.BadRequest($"unknown role: {name}"), request),
        _ => throw VaultRefusal.NotFound(),
    });

    public Task RenewAsync(LeaseEntry lease, DateTimeOffset expiresAt) => throw new NotSupportedException();

    public Task RevokeAsync(LeaseEntry lease) => throw new NotSupportedException();

    public void Dispose() => _key.Dispose();

    private EngineReply UseKey()
    {
        _hasKey = true;
        return new EngineReply(new JsonObject { ["public_key"] = new SshCertificate(_key).AuthorityLine });
    }

    private EngineReply PutRole(string name, VaultRequest request)
    {
        _roles[name] = request;
        return EngineReply.Done;
    }

    private EngineReply Sign(VaultRequest role, VaultRequest request)
    {
        if (!_hasKey) throw VaultRefusal.BadRequest("failed to read CA private key");
        var allowed = role.Words("allowed_users");
        var wished = request.Words("valid_principals") is { Count: > 0 } principals ? principals : role.Words("default_user");
        if (!allowed.Contains("*") && !wished.All(allowed.Contains)) throw VaultRefusal.BadRequest($"{string.Join(',', wished)} is not a valid value for valid_principals");
        var now = settings.Time.GetUtcNow();
        var wish = request.Duration("ttl") ?? role.Duration("ttl") ?? settings.DefaultLeaseTtl;
        var ttl = VaultTtl.Cut(now, now, wish, role.Duration("max_ttl"), settings.MaxLeaseTtl).Value;
        var serial = RandomNumberGenerator.GetBytes(sizeof(ulong));
        try
        {
            return new EngineReply(new JsonObject
            {
                ["serial_number"] = Convert.ToHexStringLower(serial),
                ["signed_key"] = new SshCertificate(_key).Sign(
                    request.Required("public_key"), BinaryPrimitives.ReadUInt64BigEndian(serial), wished, now - ClockSkew, now + ttl),
            });
        }
        catch (FormatException fault)
        {
            throw VaultRefusal.BadRequest($"failed to parse public_key as SSH key: {fault.Message}");
        }
    }
}
