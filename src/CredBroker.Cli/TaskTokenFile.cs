namespace CredBroker.Cli;

/// <summary>The file that holds a task token. Only its owner may read it, from the moment that it is there.</summary>
internal sealed class TaskTokenFile(string path)
{
    private const string Prefix = "cbt_";

    public string Path { get; } = path;

    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var token = (await File.ReadAllTextAsync(Path, cancellationToken)).Trim();
            if (token.Length == 0) throw new UsageException($"The task token file {Path} is empty.");
            return token.StartsWith(Prefix, StringComparison.Ordinal) && !token.Any(char.IsWhiteSpace)
                ? token
                : throw new UsageException($"The task token file {Path} holds something else than a task token.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The task token file {Path} cannot be read: {e.GetType().Name}.");
        }
    }

    /// <summary>Writes the token beside the file first, so that a reader never meets half of one and an old file's permissions do not count.</summary>
    public void Write(string token)
    {
        var beside = $"{Path}.{Guid.NewGuid():N}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var writer = new StreamWriter(beside, options)) writer.WriteLine(token);
            File.Move(beside, Path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(beside)) File.Delete(beside);
            throw new UsageException($"The task token file {Path} cannot be written: {e.GetType().Name}.");
        }
    }
}
