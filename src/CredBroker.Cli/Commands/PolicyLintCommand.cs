using System.CommandLine;
using CredBroker.Cli.Output;
using CredBroker.Policy.Cedar;

namespace CredBroker.Cli.Commands;

/// <summary>Checks a folder of policies as a broker would: syntax, schema, annotations, ids. It asks no broker.</summary>
internal static class PolicyLintCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "The folder of the *.cedar files." };

    public static Command Create(CliHost host, GlobalOptions global) => Session.Run(
        new Command("lint", "Check a folder of policies, as a broker would.") { Folder }, host, global,
        (session, cancellationToken) => RunAsync(host, session, cancellationToken));

    private static Task<int> RunAsync(CliHost host, Session session, CancellationToken cancellationToken)
    {
        using var module = CedarCache.Load(host);
        var report = PolicyLint.Read(session.Parsed.GetRequiredValue(Folder), module, cancellationToken);
        return Task.FromResult(LintResult.Print(session.Print, report.Faults, report.Version, ("policies", report.Policies)));
    }
}
