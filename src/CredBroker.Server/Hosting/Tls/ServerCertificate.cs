using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Server.Hosting.Tls;

/// <summary>The certificate that the server shows, its key, and the certificates that lead to its root: clients that know only the root need them.</summary>
internal sealed class ServerCertificate
{
    private const string Begin = "-----BEGIN CERTIFICATE-----";
    private const string End = "-----END CERTIFICATE-----";

    private ServerCertificate(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        Leaf = leaf;
        Name = string.Join(' ', chain.Prepend(leaf).Select(certificate => certificate.Thumbprint));
        // Offline: nobody is asked for what may be missing of the chain.
        Context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }

    /// <summary>The certificate, with its key.</summary>
    public X509Certificate2 Leaf { get; }

    /// <summary>What tells it from another: its thumbprint, and those of its chain.</summary>
    public string Name { get; }

    /// <summary>All of it as connections use it.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>When it is good no more.</summary>
    public DateTimeOffset ExpiresAt => Leaf.NotAfter;

    /// <summary>Reads the pair of files.</summary>
    /// <exception cref="StartRefusedException">They cannot be read, are no pair, are cut off, or others can read the key.</exception>
    public static ServerCertificate Read(string certificateFile, string keyFile)
    {
        try
        {
            // Each file once: what is looked at is what is used.
            var (certificates, key) = (File.ReadAllText(certificateFile), SecretFile.ReadText(keyFile));
            if (Count(certificates, Begin) != Count(certificates, End)) throw new CryptographicException($"{certificateFile} is cut off.");
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificates);
            if (chain.Count > 0) chain.RemoveAt(0);
            return new ServerCertificate(X509Certificate2.CreateFromPem(certificates, key), chain);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new StartRefusedException($"The TLS certificate cannot be read: {OneLine(fault)}", fault);
        }
    }

    private static int Count(string text, string part) => text.AsSpan().Count(part);

    private static string OneLine(Exception fault) => fault.Message.ReplaceLineEndings(" ");
}
