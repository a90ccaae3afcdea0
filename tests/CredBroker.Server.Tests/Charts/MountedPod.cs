using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Broker;

namespace CredBroker.Server.Tests.Charts;

/// <summary>
/// The folders of a pod as the kubelet makes them: volumes that belong to root and, with the set-group bit, to the broker's group; and of Secrets and
/// ConfigMaps files of root behind the hidden link <c>..data</c>, those of Secrets 0440 for that group.
/// </summary>
internal sealed class MountedPod : IDisposable
{
    public const string User = "65532";
    private const string Volumes = "/var/lib/credbroker/";
    private readonly ScratchFolder _scratch = new();
    private int _version;

    public MountedPod(BrokerSite site, TestCertificate tls, string redisPassword)
    {
        foreach (var volume in new[] { "data", "audit" }) Directory.CreateDirectory(VolumeOf(volume));
        Lay("/etc/credbroker/tls", ("tls.crt", File.ReadAllText(tls.CertificateFile)), ("tls.key", File.ReadAllText(tls.KeyFile)));
        Lay("/etc/credbroker/keys", ("key-encryption-key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));
        Lay("/etc/credbroker/redis", ("password", redisPassword));
        Lay("/etc/credbroker/catalogue", ("catalogue.yaml", BrokerCatalogue.Text));
        Lay("/etc/credbroker/policies", ("all.cedar", BrokerPolicies.PermitAll));
        File.Copy(site.BundleFile, _scratch.File("bundle.json"));
    }

    public string BundleFile => _scratch.File("bundle.json");

    /// <summary>Arguments of <c>docker run</c> that mount the volumes where the chart does.</summary>
    public IEnumerable<string> VolumeMounts => [$"--volume={VolumeOf("data")}:{Volumes}data", $"--volume={VolumeOf("audit")}:{Volumes}audit"];

    /// <summary>Arguments that mount everything else where the chart does.</summary>
    public IEnumerable<string> FileMounts => Directory.GetDirectories(_scratch.File("etc", "credbroker"))
        .Select(folder => $"--volume={folder}:/etc/credbroker/{Path.GetFileName(folder)}:ro")
        .Append($"--volume={BundleFile}:{BundleFile}:ro");

    public string EndpointsFile => Path.Combine(VolumeOf("data"), "broker", "run", "endpoints.json");

    public string VolumeOf(string name) => _scratch.File("volumes", name);

    public string FileOf(string mounted) => _scratch.File(mounted[1..].Split('/'));

    /// <summary>Puts other content into a mounted folder: a new folder beside the old one, and the link swapped at once.</summary>
    public void Lay(string mounted, params (string Name, string Text)[] files)
    {
        var folder = Directory.CreateDirectory(FileOf(mounted)).FullName;
        var version = $"..v{++_version}";
        Directory.CreateDirectory(Path.Combine(folder, version));
        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(folder, version, name), text);
            if (!File.Exists(Path.Combine(folder, name))) File.CreateSymbolicLink(Path.Combine(folder, name), Path.Combine("..data", name));
        }

        File.CreateSymbolicLink(Path.Combine(folder, "..data_tmp"), version);
        // .NET moves no link to a folder over another.
        if (rename(Bytes(Path.Combine(folder, "..data_tmp")), Bytes(Path.Combine(folder, "..data"))) != 0) throw new IOException($"{folder}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Gives everything to whom the kubelet gives it.</summary>
    public async Task HandOverAsync()
    {
        await RunAsync("chmod", "0755", _scratch.Path);
        await RunAsync("chown", "-R", $"0:{User}", _scratch.Path);
        await RunAsync("chmod", "-R", "u=rwX,g=rX,o=", FileOf("/etc/credbroker/tls"), FileOf("/etc/credbroker/keys"), FileOf("/etc/credbroker/redis"));
        await RunAsync("chmod", "2775", VolumeOf("data"), VolumeOf("audit"));
    }

    public void Dispose() => _scratch.Dispose();

    private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path + '\0');

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var result = await ProgramResult.RunAsync(program, arguments);
        if (result.ExitCode != 0) throw new InvalidOperationException(result.Error);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int rename(byte[] from, byte[] to);
}
