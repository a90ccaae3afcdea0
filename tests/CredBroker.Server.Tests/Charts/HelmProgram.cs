using System.ComponentModel;
using System.Diagnostics;
using CredBroker.Testing;

namespace CredBroker.Server.Tests.Charts;

/// <summary>The Helm that <c>scripts/helm.mjs</c> unpacks.</summary>
internal static class HelmProgram
{
    private static readonly Lazy<Task<(string? Path, string? Reason)>> Found = new(FindAsync);

    public static string Chart { get; } = Path.Combine(Repository.Root, "charts", "credbroker");

    /// <summary>Runs it on the chart. The test is skipped where there is no Helm, and fails under <c>CREDBROKER_REQUIRE_STORES=1</c>.</summary>
    public static async Task<ProgramResult> RunAsync(string verb, params string[] arguments)
    {
        var (helm, reason) = await Found.Value;
        if (helm is not null) return await ProgramResult.RunAsync(helm, [verb, .. arguments]);
        if (Environment.GetEnvironmentVariable("CREDBROKER_REQUIRE_STORES") == "1") throw new InvalidOperationException(reason);
        Assert.Ignore(reason!);
        throw new UnreachableException();
    }

    private static async Task<(string? Path, string? Reason)> FindAsync()
    {
        try
        {
            var found = await ProgramResult.RunAsync("node", [Path.Combine(Repository.Root, "scripts", "helm.mjs")]);
            return found.ExitCode == 0 ? (found.Output.Trim(), null) : (null, found.Error.Trim());
        }
        catch (Win32Exception)
        {
            return (null, "Node.js is missing, which unpacks Helm.");
        }
    }
}
