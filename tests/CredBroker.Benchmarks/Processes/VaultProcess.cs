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

    public static async Task<VaultProcess> StartAsync(CancellationToken cancellationToken)
    {
        var folder = new ScratchFolder();
        var process = ChildProcess.Start("The double of Vault", Environment.ProcessPath!, [VaultServer.Verb, folder.Combine("vault.pem")]);
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
    public IReadOnlyDictionary<string, string> Settings() => new Dictionary<string, string>
    {
        ["Name"] = "main",
        ["Address"] = Access.Address,
        ["CaFile"] = CertificateFile,
        ["Login"] = "AppRole",
        ["RoleId"] = Access.RoleId,
        ["SecretIdFile"] = SecretIdFile,
    }.ToDictionary(setting => $"Backends__Vault__Clusters__0__{setting.Key}", setting => setting.Value);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
