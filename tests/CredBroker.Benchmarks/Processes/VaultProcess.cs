using System.Text.Json;
using CredBroker.Benchmarks.Vault;

namespace CredBroker.Benchmarks.Processes;

/// <summary>The double of Vault as a process.</summary>
internal sealed class VaultProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly ScratchFolder _folder;

    private VaultProcess(ChildProcess process, ScratchFolder folder, VaultAccess access)
    {
        (_process, _folder, Access) = (process, folder, access);
        File.WriteAllText(SecretIdFile, access.SecretId);
    }

    public VaultAccess Access { get; }

    /// <summary>PEM of the certificate to trust.</summary>
    public string CertificateFile => _folder.Combine("vault.pem");

    public ProcessUsage Usage => _process.Usage;

    private string SecretIdFile => _folder.Combine("secret-id");

    /// <summary>Starts one.</summary>
    /// <param name="isDurable">Whether it has each token and lease on disk before it tells of it.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public static async Task<VaultProcess> StartAsync(bool isDurable, CancellationToken cancellationToken)
    {
        var folder = new ScratchFolder();
        List<string> arguments = [VaultServer.Verb, folder.Combine("vault.pem")];
        if (isDurable) arguments.Add(folder.Combine("journal"));
        var process = ChildProcess.Start("The double of Vault", Environment.ProcessPath!, arguments);
        try
        {
            var line = await process.ReadFirstLineAsync(TimeSpan.FromSeconds(30), cancellationToken);
            return new VaultProcess(process, folder, JsonSerializer.Deserialize<VaultAccess>(line)!);
        }
        catch
        {
            await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>What a broker has to be told to use it.</summary>
    public IReadOnlyDictionary<string, string> Settings(int number = 0, string name = "main") => new Dictionary<string, string>
    {
        ["Name"] = name,
        ["Address"] = Access.Address,
        ["CaFile"] = CertificateFile,
        ["Login"] = "AppRole",
        ["RoleId"] = Access.RoleId,
        ["SecretIdFile"] = SecretIdFile,
    }.ToDictionary(setting => $"Backends__Vault__Clusters__{number}__{setting.Key}", setting => setting.Value);

    /// <summary>From now on it takes connections and answers nobody.</summary>
    public void Pause() => _process.Pause();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
