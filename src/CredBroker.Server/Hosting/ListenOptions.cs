using System.Net;

namespace CredBroker.Server.Hosting;

/// <summary>Where the server listens. Two plain ports on loopback for development, or one TLS port for both protocols.</summary>
public sealed class ListenOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Listen";

    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);

    /// <summary>gRPC over HTTP/2 without TLS, loopback only, such as <c>http://127.0.0.1:7070</c>. Port 0 = any free one.</summary>
    public string? Grpc { get; set; }

    /// <summary>HTTP/1.1 without TLS, loopback only, such as <c>http://127.0.0.1:7071</c>. Port 0 = any free one.</summary>
    public string? Http { get; set; }

    /// <summary>gRPC and HTTP over TLS, such as <c>https://0.0.0.0:8443</c>.</summary>
    public string? Https { get; set; }

    /// <summary>PEM file of the server's certificate chain, for <see cref="Https"/>.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file of its private key, which nobody but the broker's user may read.</summary>
    public string? PrivateKeyFile { get; set; }

    /// <summary>How long the broker goes on as ever once it has been told to stop and says that it is not ready, so that no more callers are sent to it.</summary>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Faults()
    {
        if (Grpc is null && Http is null && Https is null) yield return "Listen: name at least Listen:Https, or Listen:Grpc and Listen:Http on loopback.";
        if (DrainDelay < TimeSpan.Zero || DrainDelay > LongestDelay) yield return "Listen:DrainDelay must be from 0 to 5 min.";
        foreach (var (name, value) in new[] { (nameof(Grpc), Grpc), (nameof(Http), Http) })
        {
            if (value is null) continue;
            if (!TryRead(value, Uri.UriSchemeHttp, out var endPoint)) yield return $"Listen:{name} must look like http://127.0.0.1:7070, with an address and not a name.";
            else if (!IPAddress.IsLoopback(endPoint.Address)) yield return $"Listen:{name} is plain text and must stay on loopback; use Listen:Https for other machines.";
        }

        if (Https is null) yield break;
        if (!TryRead(Https, Uri.UriSchemeHttps, out _)) yield return "Listen:Https must look like https://0.0.0.0:8443, with an address and not a name.";
        if (CertificateFile is null || PrivateKeyFile is null) yield return "Listen:Https needs Listen:CertificateFile and Listen:PrivateKeyFile.";
    }

    /// <summary>Reads an address that has been found good.</summary>
    internal static IPEndPoint Read(string url)
    {
        var uri = new Uri(url);
        return new IPEndPoint(IPAddress.Parse(uri.Host.Trim('[', ']')), uri.Port);
    }

    internal static bool TryRead(string value, string scheme, out IPEndPoint endPoint)
    {
        endPoint = new IPEndPoint(IPAddress.None, 0);
        if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || uri.Scheme != scheme || uri.AbsolutePath != "/") return false;
        if (!IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address)) return false;
        endPoint = new IPEndPoint(address, uri.Port);
        return true;
    }
}
