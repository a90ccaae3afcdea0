using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Leases;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>A certificate authority. Its certificates have leases only where their role says so.</summary>
internal sealed class PkiEngine(VaultDoubleSettings settings) : ISecretEngine, IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ConcurrentDictionary<string, VaultRequest> _roles = new(StringComparer.Ordinal);

    // Serials with the time of their revocation; null = good.
    private readonly ConcurrentDictionary<string, (string Pem, DateTimeOffset? RevokedAt)> _issued = new(StringComparer.Ordinal);
    private X509Certificate2? _authority;

    private DateTimeOffset Now => settings.Time.GetUtcNow();

    public Task<EngineReply> AnswerAsync(VaultRequest request) => Task.FromResult((request.Method, request.Path.Split('/')) switch
    {
        ("POST", ["root", "generate", "internal"]) => MakeAuthority(request.Required("common_name")),
        ("POST", ["roles", var name]) => PutRole(name, request),
        ("POST", ["issue", var name]) => Issue(RoleOf(name), request),
        ("POST", ["revoke"]) => Revoke(request.Required("serial_number")),
        ("GET", ["cert", var serial]) => Describe(serial),
        _ => throw VaultRefusal.NotFound(),
    });

    public Task RenewAsync(LeaseEntry lease, DateTimeOffset expiresAt) => throw VaultRefusal.BadRequest("lease is not renewable");

    public Task RevokeAsync(LeaseEntry lease)
    {
        Revoke((string)lease.Terms.Inner["serial"]!);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _authority?.Dispose();
        _key.Dispose();
    }

    private EngineReply MakeAuthority(string name)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _authority = request.CreateSelfSigned(Now.AddMinutes(-1), Now.AddYears(1));
        return new EngineReply(new JsonObject { ["certificate"] = _authority.ExportCertificatePem() });
    }

    private EngineReply PutRole(string name, VaultRequest request)
    {
        _roles[name] = request;
        return EngineReply.Done;
    }

    private VaultRequest RoleOf(string name) => _roles.TryGetValue(name, out var role) ? role : throw VaultRefusal.BadRequest($"unknown role: {name}");

    private EngineReply Issue(VaultRequest role, VaultRequest request)
    {
        if (_authority is null) throw VaultRefusal.BadRequest("unable to fetch the CA certificate/key: no default issuer currently configured");
        var name = request.Required("common_name");
        if (!IsAllowed(role, name)) throw VaultRefusal.BadRequest($"common name {name} not allowed by this role");
        var ttl = VaultTtl.Cut(Now, Now, request.Duration("ttl") ?? role.Duration("ttl") ?? settings.DefaultLeaseTtl, role.Duration("max_ttl"), settings.MaxLeaseTtl).Value;
        if (Now + ttl > _authority.NotAfter) throw VaultRefusal.BadRequest("cannot satisfy request, as TTL would result in notAfter that is beyond the expiration of the CA certificate");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var draft = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var dns in request.Words("alt_names").Prepend(name)) names.AddDnsName(dns);
        foreach (var uri in request.Words("uri_sans")) names.AddUri(new Uri(uri));
        draft.CertificateExtensions.Add(names.Build());
        var number = RandomNumberGenerator.GetBytes(16);
        number[0] &= 0x7f;
        using var certificate = draft.Create(_authority, Now.AddSeconds(-30), Now + ttl, number);
        var serial = string.Join(':', number.Select(part => part.ToString("x2")));
        _issued[serial] = (certificate.ExportCertificatePem(), null);
        var data = new JsonObject
        {
            ["certificate"] = certificate.ExportCertificatePem(),
            ["issuing_ca"] = _authority.ExportCertificatePem(),
            ["ca_chain"] = new JsonArray(_authority.ExportCertificatePem()),
            ["private_key"] = key.ExportECPrivateKeyPem(),
            ["private_key_type"] = "ec",
            ["serial_number"] = serial,
            ["expiration"] = (Now + ttl).ToUnixTimeSeconds(),
        };
        return role.Flag("generate_lease") ?? false
            ? new EngineReply(data, new SecretTerms(ttl, MaxTtl: null, Renewable: false, new JsonObject { ["serial"] = serial }))
            : new EngineReply(data);
    }

    private static bool IsAllowed(VaultRequest role, string name) =>
        (role.Flag("allow_any_name") ?? false)
        || role.Words("allowed_domains").Any(domain =>
            (name == domain && (role.Flag("allow_bare_domains") ?? false))
            || (name.EndsWith("." + domain, StringComparison.Ordinal) && (role.Flag("allow_subdomains") ?? false)));

    private EngineReply Revoke(string serial)
    {
        if (!_issued.TryGetValue(serial, out var known)) throw VaultRefusal.BadRequest($"certificate with serial {serial} not found");
        _issued[serial] = known with { RevokedAt = known.RevokedAt ?? Now };
        return new EngineReply(new JsonObject { ["revocation_time"] = _issued[serial].RevokedAt!.Value.ToUnixTimeSeconds() });
    }

    private EngineReply Describe(string serial) => _issued.TryGetValue(serial, out var known)
        ? new EngineReply(new JsonObject { ["certificate"] = known.Pem, ["revocation_time"] = known.RevokedAt?.ToUnixTimeSeconds() ?? 0 })
        : throw VaultRefusal.NotFound();
}
