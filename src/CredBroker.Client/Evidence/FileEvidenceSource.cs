namespace CredBroker.Client.Evidence;

/// <summary>
/// Evidence in a file that something else keeps fresh, such as a JWT-SVID written by a SPIFFE agent. The file is read each time
/// evidence is needed, which is seldom, so a rotated file counts at once and no watcher can miss it.
/// </summary>
public sealed class FileEvidenceSource : IEvidenceSource
{
    private readonly string _path;
    private readonly string _attestor;

    /// <summary>Evidence from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="attestor">The attestor that reads it.</param>
    public FileEvidenceSource(string path, string attestor = WorkloadEvidence.SpiffeJwt)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _attestor = attestor;
    }

    /// <inheritdoc/>
    public async ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken = default)
    {
        string text;
        try
        {
            text = HasNoLength(_path) ? "" : await ReadAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvidenceUnavailableException($"The evidence file {_path} cannot be read: {e.GetType().Name}.", e);
        }
        if (string.IsNullOrWhiteSpace(text)) throw new EvidenceUnavailableException($"The evidence file {_path} is empty.");
        return WorkloadEvidence.FromText(_attestor, text);
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        await using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var content = new byte[WorkloadEvidence.MaxBytes + 1];
        var length = await file.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > WorkloadEvidence.MaxBytes)
            throw new EvidenceUnavailableException($"The evidence file {_path} is longer than {WorkloadEvidence.MaxBytes} bytes.");
        using var reader = new StreamReader(new MemoryStream(content, 0, length));
        return await reader.ReadToEndAsync(cancellationToken);
    }

    // A pipe and a device have none: opening them may wait for ever, and reading them may never end.
    private static bool HasNoLength(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length == 0;
        }
        catch (IOException)
        {
            // What its links led to may have been replaced this moment. Opening it tells.
            return false;
        }
    }
}
