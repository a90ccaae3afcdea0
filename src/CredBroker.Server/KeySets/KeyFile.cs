namespace CredBroker.Server.KeySets;

/// <summary>
/// Keys in a file. Opening the path each time follows a swapped symlink, and reading it whole sees a change that keeps length and
/// time stamp.
/// </summary>
internal sealed class KeyFile(string path) : IKeySource
{
    public const int MaxBytes = 1024 * 1024;

    public string Place => path;

    // Small and local: read in place, so that a look is over when it returns.
    public ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        if (EmptyFile.IsAt(path)) return ValueTask.FromResult<byte[]>([]);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        var block = new byte[16 * 1024];
        for (var read = stream.Read(block); read > 0; read = stream.Read(block))
        {
            content.Write(block, 0, read);
            if (content.Length > MaxBytes) throw new InvalidDataException("it is larger than 1 MB");
        }

        return ValueTask.FromResult(content.ToArray());
    }

    public void Dispose()
    {
    }
}
