using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Benchmarks.Vault;

/// <summary>The double of Vault in a process of its own, behind TLS as a real one would be, and set up for a broker.</summary>
internal static class VaultServer
{
    public const string Verb = "vault-server";

    /// <summary>
    /// Serves until its standard input ends, so that it cannot outlive whoever started it. It writes its certificate into a file, and says in
    /// one line where it listens and how a broker logs in.
    /// </summary>
    public static async Task RunAsync(string certificateFile)
    {
        using var certificate = MakeCertificate();
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await using var vault = await VaultDouble.StartAsync(new VaultDoubleSettings { Certificate = certificate, Records = false });
        using var root = VaultClient.Trusting(certificate, vault.Address, vault.RootToken);
        var setUp = await BrokerInVault.SetUpAsync(root);
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new VaultAccess(vault.Address, setUp.RoleId, setUp.SecretId)));
        await Console.In.ReadToEndAsync();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=vault", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddMinutes(-5), now.AddHours(4));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }
}
