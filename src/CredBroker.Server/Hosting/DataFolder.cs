namespace CredBroker.Server.Hosting;

/// <summary>Where the broker keeps its own files. Nobody but the broker's user can enter it.</summary>
public sealed record DataFolder
{
    /// <summary>Creates the folder (0700) where it is missing.</summary>
    /// <param name="path">An absolute path.</param>
    /// <exception cref="StartRefusedException">The path is not absolute, cannot be created, or is open to other users.</exception>
    public DataFolder(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!System.IO.Path.IsPathFullyQualified(path)) throw new StartRefusedException($"The data folder must be an absolute path, not '{path}'.");
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        OwnerOnly.UseFolder(Path);
    }

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>The path of a file or folder below this one. Nothing is created.</summary>
    /// <exception cref="ArgumentException">The parts lead out of the folder.</exception>
    public string File(params string[] parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine([Path, .. parts]));
        return path.StartsWith(Path + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ArgumentException("The path leads out of the data folder.", nameof(parts));
    }
}
