namespace CredBroker.EmbeddedStore;

/// <summary>Makes the folder the current user's alone and keeps a second process out of it for as long as this one lives.</summary>
internal sealed class FolderLock : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    public static FolderLock Take(string folder)
    {
        if (OperatingSystem.IsWindows())
            throw new EmbeddedStoreException("The embedded store needs a Unix system. Point Storage:Redis:ConnectionString at a Redis server instead.");
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
            File.SetUnixFileMode(folder, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedStoreException($"The embedded store needs '{folder}' for itself, owned by the user it runs as: {e.Message}", e);
        }

        try
        {
            return new FolderLock(new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedStoreException($"The embedded store in '{folder}' is in use by another process. Stop it, or use another data folder.", e);
        }
    }

    // The kernel frees the lock when the process dies, so the file itself may stay.
    public void Dispose() => _file.Dispose();
}
