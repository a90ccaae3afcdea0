using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Server.Tests.Hosting;

namespace CredBroker.Server.Tests.Charts;

/// <summary>Stands below a folder for what the chart mounts: certificates where certificates are wanted, and text elsewhere.</summary>
internal sealed class MountedFiles : IDisposable
{
    private readonly ScratchFolder _scratch;
    private readonly X509Certificate2 _certificate;

    public MountedFiles(ScratchFolder scratch)
    {
        _scratch = scratch;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        _certificate = new CertificateRequest("CN=chart", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddMinutes(-5), now.AddHours(1));
    }

    /// <summary>Where it is here; a file is made, a folder of the broker is not.</summary>
    public string PathOf(string mounted)
    {
        var path = _scratch.File(mounted[1..].Split('/'));
        if (mounted.StartsWith("/var/lib/", StringComparison.Ordinal) || File.Exists(path)) return path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, Path.GetExtension(path) switch
        {
            ".crt" => _certificate.ExportCertificatePem(),
            ".key" => _certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
            ".json" => "{}",
            // Also what a key-encryption key looks like.
            _ => Convert.ToBase64String(new byte[32]),
        });
        ScratchFolder.SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    public void Dispose() => _certificate.Dispose();
}
