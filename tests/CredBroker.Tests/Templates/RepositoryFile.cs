namespace CredBroker.Tests.Templates;

/// <summary>Finds tracked files from where the tests run.</summary>
internal static class RepositoryFile
{
    public static string Of(params string[] parts)
    {
        for (var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "CredBroker.sln"))) return Path.Combine([folder.FullName, .. parts]);
        throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    }
}
