using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CredBroker.Server.Tests.Hosting.Tls;

/// <summary>A folder as kubelet mounts a secret: the files are links into a folder that is itself a link, and that one is swapped.</summary>
internal sealed class MountedCertificate
{
    /// <summary>A fault: the key is that of another certificate.</summary>
    public const string AnotherKey = "another key";

    private const string Link = "..data";
    private readonly string _root;
    private int _made;

    public MountedCertificate(string root)
    {
        _root = root;
        Directory.CreateDirectory(root);
        File.CreateSymbolicLink(CertificateFile, Path.Combine(Link, "tls.crt"));
        File.CreateSymbolicLink(KeyFile, Path.Combine(Link, "tls.key"));
    }

    public string CertificateFile => Path.Combine(_root, "tls.crt");

    public string KeyFile => Path.Combine(_root, "tls.key");

    /// <summary>A certificate and its key in a folder of their own.</summary>
    public string MakePair(string name, TimeSpan? life = null)
    {
        var folder = Path.Combine(_root, $"..{_made++}");
        Directory.CreateDirectory(folder);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-2), now + (life ?? TimeSpan.FromDays(90)));
        File.WriteAllText(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        ScratchFolder.SetMode(Path.Combine(folder, "tls.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return folder;
    }

    /// <summary>A pair with a fault.</summary>
    public string MakeBad(string fault)
    {
        var folder = MakePair("bad", fault == "expired" ? TimeSpan.FromDays(-1) : null);
        var (certificate, key) = (Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"));
        switch (fault)
        {
            case AnotherKey:
                File.Copy(Path.Combine(MakePair("other"), "tls.key"), key, overwrite: true);
                break;
            case "half a certificate":
                // The leaf is whole, and what follows is cut off.
                var text = File.ReadAllText(certificate);
                File.WriteAllText(certificate, $"{text}\n{text[..(text.Length / 2)]}");
                break;
            case "no key":
                File.Delete(key);
                break;
            case "a key that others can read":
                ScratchFolder.SetMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
                break;
        }

        return folder;
    }

    /// <summary>Lets the folder be the mounted one, all at once.</summary>
    public void Swap(string folder)
    {
        var fresh = Path.Combine(_root, $"{Link}_tmp");
        Directory.CreateSymbolicLink(fresh, Path.GetFileName(folder));
        // What .NET has for it looks at what the links lead to.
        if (rename(Bytes(fresh), Bytes(Path.Combine(_root, Link))) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path + '\0');

    [DllImport("libc", SetLastError = true)]
    private static extern int rename(byte[] from, byte[] to);
}
