using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Testing.Broker;

namespace CredBroker.Server.Tests.Hosting;

/// <summary>A server certificate for 127.0.0.1 that nobody but its test trusts.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly BrokerSite _site;
    private readonly X509Certificate2 _certificate;

    public TestCertificate(BrokerSite site)
    {
        _site = site;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=credbroker", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now.AddMinutes(-5), now.AddHours(1));
        File.WriteAllText(CertificateFile, _certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        ScratchFolder.SetMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public string CertificateFile => _site.FileOf("tls.pem");

    public string KeyFile => _site.FileOf("tls.key");

    /// <summary>Lets an authority between the root and the server sign instead; returns that authority's thumbprint.</summary>
    public string SignByIntermediate()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = AuthorityRequest("CN=root", rootKey).CreateSelfSigned(now.AddMinutes(-5), now.AddHours(1));
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var middle = AuthorityRequest("CN=between", middleKey).Create(root, now.AddMinutes(-5), now.AddMinutes(50), [1]).CopyWithPrivateKey(middleKey);
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(KeyFile));
        var request = new CertificateRequest("CN=credbroker", key, HashAlgorithmName.SHA256);
        using var leaf = request.Create(middle, now.AddMinutes(-5), now.AddMinutes(40), [2]);
        File.WriteAllText(CertificateFile, leaf.ExportCertificatePem() + "\n" + middle.ExportCertificatePem());
        return middle.Thumbprint;
    }

    /// <summary>Makes the site one for production, on one TLS port.</summary>
    public void Configure()
    {
        _site.Settings["environment"] = "Production";
        _site.Settings.Remove("Listen:Grpc");
        _site.Settings.Remove("Listen:Http");
        _site.Settings["Listen:Https"] = "https://127.0.0.1:0";
        _site.Settings["Listen:CertificateFile"] = CertificateFile;
        _site.Settings["Listen:PrivateKeyFile"] = KeyFile;
    }

    /// <summary>A transport that trusts this certificate and no other.</summary>
    public SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback =
            (_, offered, _, _) => offered is X509Certificate2 certificate && certificate.Thumbprint == _certificate.Thumbprint;
        return handler;
    }

    public void Dispose() => _certificate.Dispose();

    private static CertificateRequest AuthorityRequest(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }
}
