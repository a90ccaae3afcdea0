using System.ComponentModel;
using CredBroker.Testing;

namespace CredBroker.Server.Tests.Charts;

/// <summary>The Docker engine that is there, spoken to by its own command.</summary>
internal static class DockerEngine
{
    // The builder that every engine has, also where its newer one is not installed.
    private static readonly Dictionary<string, string> Environment = new() { ["DOCKER_BUILDKIT"] = "0" };

    /// <summary>Why nothing can be run; null = it can.</summary>
    public static async Task<string?> ReasonToSkipAsync()
    {
        if (!OperatingSystem.IsLinux()) return "Containers share the loopback of the machine on Linux alone.";
        if (System.Environment.UserName != "root") return "Only root can lay down secrets as the kubelet does.";
        try
        {
            var version = await ProgramResult.RunAsync("docker", ["version", "--format", "{{.Server.Version}}"], Environment);
            return version.ExitCode == 0 ? null : "No Docker engine answers: start one, or run .ci/run, which does.";
        }
        catch (Win32Exception)
        {
            return "Docker is not installed.";
        }
    }

    /// <summary>What a command prints.</summary>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var result = await ProgramResult.RunAsync("docker", arguments, Environment);
        return result.ExitCode == 0 ? result.Output.Trim() : throw new InvalidOperationException($"docker {arguments[0]}: {result.Error}\n{result.Output}");
    }

    /// <summary>Builds the repository's image from the server beside the tests, on this machine's own runtime; no network is used.</summary>
    public static async Task BuildAsync(string image)
    {
        var runtime = $"{image}-runtime";
        var made = await ProgramResult.RunAsync("bash", [Path.Combine(Repository.Root, "scripts", "runtime-image.sh"), runtime]);
        if (made.ExitCode != 0) throw new InvalidOperationException(made.Error);
        var context = Directory.CreateTempSubdirectory("credbroker-image-").FullName;
        try
        {
            foreach (var state in new[] { "data", "audit" }) Directory.CreateDirectory(Path.Combine(context, "artifacts", "image", "state", state));
            CopyServer(Path.Combine(context, "artifacts", "image", "app"));
            foreach (var file in new[] { "Dockerfile", ".dockerignore" }) File.Copy(Path.Combine(Repository.Root, file), Path.Combine(context, file));
            await RunAsync("build", "--quiet", "--tag", image, "--target", "published", "--build-arg", $"RUNTIME={runtime}", context);
        }
        finally
        {
            Directory.Delete(context, recursive: true);
        }
    }

    /// <summary>What was built of the server; of native libraries those that Linux here loads.</summary>
    private static void CopyServer(string target)
    {
        var configuration = Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;
        var source = Path.Combine(Repository.Root, "src", "CredBroker.Server", "bin", configuration, "net10.0");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(source, file);
            if (name.StartsWith("runtimes/", StringComparison.Ordinal) && !name.StartsWith("runtimes/linux-x64/", StringComparison.Ordinal)) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(target, name))!);
            File.Copy(file, Path.Combine(target, name));
        }
    }
}
