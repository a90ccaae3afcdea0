using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace CredBroker.Testing;

/// <summary>Runs a script of <c>tests/interop</c> with Node.js, so that another implementation has its say.</summary>
/// <param name="name">The file's name in <c>tests/interop</c>.</param>
public sealed class NodeScript(string name)
{
    private readonly string _script = Path.Combine(Repository.Root, "tests", "interop", name);

    /// <summary>What has to be installed first; null = nothing. With <c>CREDBROKER_REQUIRE_STORES=1</c> that is a failure and not a reason to skip.</summary>
    public static string? Missing(string package)
    {
        var what = !Directory.Exists(Path.Combine(Repository.Root, "node_modules", package))
            ? $"The npm package {package} is missing; run 'npm ci' at the root of the repository."
            : HasNode() ? null : "Node.js is missing.";
        return what is not null && Environment.GetEnvironmentVariable("CREDBROKER_REQUIRE_STORES") == "1" ? throw new InvalidOperationException(what) : what;
    }

    /// <summary>What the script prints.</summary>
    /// <exception cref="InvalidOperationException">It ends with another code than 0.</exception>
    public async Task<string> RunAsync(string input, params string[] arguments)
    {
        using var node = Start([_script, .. arguments]);
        await node.StandardInput.WriteAsync(input);
        node.StandardInput.Close();
        var output = node.StandardOutput.ReadToEndAsync();
        var errors = await node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync();
        return node.ExitCode == 0 ? await output : throw new InvalidOperationException($"{name} failed: {errors}");
    }

    private static bool HasNode()
    {
        try
        {
            using var node = Start(["--version"]);
            node.WaitForExit();
            return node.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static Process Start(string[] arguments) => Process.Start(new ProcessStartInfo("node", arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
    })!;
}
