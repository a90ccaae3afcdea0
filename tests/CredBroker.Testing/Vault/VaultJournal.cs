using System.Text;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault;

/// <summary>
/// What a Vault pays that keeps what it says: each token and each lease is on disk before its answer goes out, one after the other, as
/// the log of its storage has them.
/// </summary>
internal sealed class VaultJournal(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Waits until an answer that made something is on disk.</summary>
    public async Task KeepAsync(VaultReply reply)
    {
        if (reply.Body is not { } body || (body["auth"] is null && (string?)body["lease_id"] is not { Length: > 0 })) return;
        // What a storage entry would hold, about; the secret itself is not written.
        var entry = Encoding.UTF8.GetBytes($"{(string?)body["request_id"]} {(string?)body["lease_id"]} {(string?)body["auth"]?["accessor"]}\n");
        await _turn.WaitAsync();
        try
        {
            await _file.WriteAsync(entry);
            _file.Flush(flushToDisk: true);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _turn.Dispose();
    }
}
