namespace CredBroker.Benchmarks.Processes;

/// <summary>A temporary folder that goes when it is disposed.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("credbroker-bench-").FullName;

    public string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    public string Make(params ReadOnlySpan<string> parts) => Directory.CreateDirectory(Combine(parts)).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
