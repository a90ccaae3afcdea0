using System.Globalization;
using System.Security.Cryptography;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;

namespace CredBroker.Testing.Replicas;

/// <summary>
/// Several servers, each a process with a data folder and a port of its own, on one store: one issuer, one ring of signing keys, one trust
/// domain. Any of them can be killed or stopped, and started again where it was.
/// </summary>
public sealed class ReplicaSet : IAsyncDisposable
{
    private const int KeyBytes = 32;
    private readonly List<BrokerSite> _sites = [];
    private readonly List<BrokerProcess> _running = [];
    private readonly List<string> _ended = [];

    private ReplicaSet() { }

    /// <summary>Where they listen for gRPC; the same after a restart.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _sites.Select(site => new Uri(site.Settings["Listen:Grpc"]))];

    /// <summary>What each of them is started on.</summary>
    public IReadOnlyList<BrokerSite> Sites => _sites;

    /// <summary>Starts them and waits until all are ready.</summary>
    /// <param name="redis">Connection string of the store that they share.</param>
    /// <param name="count">How many.</param>
    public static async Task<ReplicaSet> StartAsync(string redis, int count)
    {
        var set = new ReplicaSet();
        try
        {
            for (var i = 0; i < count; i++) set.Add(redis);
            set._running.AddRange(await Task.WhenAll(set._sites.Select(site => BrokerProcess.StartAsync(site))));
            return set;
        }
        catch
        {
            await set.DisposeAsync();
            throw;
        }
    }

    /// <summary>Evidence that every one of them accepts.</summary>
    public Evidence EvidenceOf(string path) => _sites[0].EvidenceOf(path);

    /// <summary>What they have warned of, those that have ended too; what is said at level information is left out.</summary>
    public IReadOnlyList<string> Warnings => [.. _ended.Concat(_running.Select(broker => broker.Output)).SelectMany(WarningsOf)];

    /// <summary>A running one.</summary>
    public BrokerProcess this[int replica] => _running[replica];

    /// <summary>SIGKILL, and a start on what was left behind.</summary>
    public async Task KillAndRestartAsync(int replica)
    {
        await _running[replica].KillAsync();
        await RestartAsync(replica);
    }

    /// <summary>SIGTERM, and a start once it has ended; returns the exit code.</summary>
    public async Task<int> StopAndRestartAsync(int replica)
    {
        var exitCode = await _running[replica].StopAsync();
        await RestartAsync(replica);
        return exitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _running) await broker.DisposeAsync();
        foreach (var site in _sites) site.Dispose();
    }

    private async Task RestartAsync(int replica)
    {
        await _running[replica].DisposeAsync();
        _ended.Add(_running[replica].Output);
        _running[replica] = await BrokerProcess.StartAsync(_sites[replica]);
    }

    /// <summary>The console's format: a line that begins with the level, and its text on the next.</summary>
    private static IEnumerable<string> WarningsOf(string output)
    {
        var lines = output.Split('\n');
        return lines.Select((line, number) => (line, number))
            .Where(read => read.number + 1 < lines.Length && (read.line.StartsWith("warn:", StringComparison.Ordinal) || read.line.StartsWith("fail:", StringComparison.Ordinal)))
            .Select(read => $"{read.line.Trim()} {lines[read.number + 1].Trim()}");
    }

    private void Add(string redis)
    {
        var site = new BrokerSite(redis);
        _sites.Add(site);
        var first = _sites[0];
        var keyFile = first.FileOf("kek");
        if (site == first)
        {
            File.WriteAllText(keyFile, Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        site.Settings["Listen:Grpc"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{StorePorts.Next()}");
        site.Settings["Templates:Path"] = first.CatalogueFolder;
        site.Settings["Policies:Path"] = first.PoliciesFolder;
        site.Settings["Attestation:SpiffeJwt:TrustDomains:0:BundleFile"] = first.BundleFile;
        site.Settings["Tokens:Issuer"] = "https://credbroker.acme.test";
        site.Settings["Tokens:Keys:Source"] = "store";
        site.Settings["Tokens:Keys:EncryptionKeyFile"] = keyFile;
    }
}
