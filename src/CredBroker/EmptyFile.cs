namespace CredBroker;

/// <summary>Looks at a file before it is opened. A pipe and a device have no length, and opening them may wait for ever for somebody to write.</summary>
public static class EmptyFile
{
    /// <summary>Whether nothing is to be read at a path, at the end of its links.</summary>
    /// <exception cref="IOException">There is no such file, or its links lead nowhere.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be looked at.</exception>
    public static bool IsAt(string path)
    {
        var file = new FileInfo(path);
        return (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length == 0;
    }
}
