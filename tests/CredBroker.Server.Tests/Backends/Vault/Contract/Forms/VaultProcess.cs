using System.Diagnostics;
using System.Globalization;
using CredBroker.Testing.Stores;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;
using CredBroker.Testing.Verification;

namespace CredBroker.Server.Tests.Backends.Vault.Contract.Forms;

/// <summary>A development server of the Vault or OpenBao that is installed.</summary>
internal sealed class VaultProcess : IVaultUnderTest
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly RealVault _vault;

    private VaultProcess(Process process, RealVault vault) => (_process, _vault) = (process, vault);

    public VaultClient Root => _vault.Root;

    public VaultDouble? Double => null;

    public DateTimeOffset Now => _vault.Now;

    public static async Task<VaultProcess> StartAsync(string program)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{StorePorts.Next()}");
        var token = Guid.NewGuid().ToString();
        var start = new ProcessStartInfo(program, ["server", "-dev", "-dev-no-store-token", $"-dev-listen-address={address}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Not among the arguments, where every process could read it.
        start.Environment["VAULT_DEV_ROOT_TOKEN_ID"] = start.Environment["BAO_DEV_ROOT_TOKEN_ID"] = token;
        var process = Process.Start(start)!;
        // What it prints is of no use, and has the root token in it.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var vault = new VaultProcess(process, new RealVault($"http://{address}", token));
        try
        {
            await Eventually.IsTrueAsync(vault.IsReadyAsync, $"{program} is ready", StartPatience);
            return vault;
        }
        catch
        {
            await vault.DisposeAsync();
            throw;
        }
    }

    public Task PassAsync(TimeSpan time) => _vault.PassAsync(time);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _vault.DisposeAsync();
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process.HasExited) throw new InvalidOperationException($"It ended with {_process.ExitCode}.");
        try
        {
            return (await Root.GetAsync("sys/health")).Status == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
