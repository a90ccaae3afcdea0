using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;
using Grpc.Core;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>A Vault whose certificate comes from an authority of the house.</summary>
[TestFixture, Category("Server")]
internal sealed class TlsTests
{
    private VaultBench _bench = null!;
    private X509Certificate2? _certificate;

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
        _certificate?.Dispose();
    }

    [Test]
    public async Task Vault_OfAPrivateAuthority_TrustedByItsCaFile()
    {
        using var authority = MakeAuthority("acme");
        var broker = await StartAsync(authority, trusted: authority);
        var task = await broker.Calls.OpenAsync();

        var issued = await task.IssueAsync(VaultCatalogue.Orders);

        Assert.That(_bench.Vault.Accounts.Names, Does.Contain(issued.Credential.Secret.Values["username"]));
    }

    [Test]
    public async Task Vault_OfAnotherAuthority_ToldNothing()
    {
        using var authority = MakeAuthority("acme");
        using var other = MakeAuthority("other");
        var broker = await StartAsync(authority, trusted: other);
        var task = await broker.Calls.OpenAsync();
        _bench.Vault.Calls.Clear();

        await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));

        Assert.That(_bench.Vault.Calls.All, Is.Empty);
        Assert.That((await task.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    private async Task<Testing.Broker.BrokerProcess> StartAsync(X509Certificate2 authority, X509Certificate2 trusted)
    {
        _certificate = MakeServer(authority);
        _bench = await VaultBench.StartAsync(new VaultDoubleSettings { Certificate = _certificate });
        using var root = VaultClient.Trusting(authority, _bench.Vault.Address, _bench.Vault.RootToken);
        _bench.AddCluster(0, VaultBench.MainCluster, _bench.Vault, await BrokerInVault.SetUpAsync(root));
        var file = _bench.Site.FileOf("vault-ca.pem");
        await File.WriteAllTextAsync(file, trusted.ExportCertificatePem());
        _bench.Set(0, "CaFile", file);
        return await _bench.StartBrokerAsync();
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddMinutes(-5), now.AddHours(1));
    }

    private static X509Certificate2 MakeServer(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=vault", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var bare = request.Create(authority, now.AddMinutes(-5), now.AddMinutes(50), RandomNumberGenerator.GetBytes(8));
        using var whole = bare.CopyWithPrivateKey(key);
        // A key that exists only in memory is no key for a server on every system.
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), password: null);
    }
}
