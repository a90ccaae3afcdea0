using System.CommandLine;
using CredBroker.Cli.Output;
using CredBroker.Policy.Cedar.Cases;

namespace CredBroker.Cli.Commands;

/// <summary>Tries policies with cases, so that a platform team's CI proves them before a broker reads them. It asks no broker.</summary>
internal static class PolicyTestCommand
{
    private static readonly Argument<string> Policies = new("policies") { Description = "The folder of the *.cedar files." };
    private static readonly Argument<string> Cases = new("cases") { Description = "The folder of the cases, YAML documents of kind PolicyCase." };

    public static Command Create(CliHost host, GlobalOptions global) => Session.Run(
        new Command("test", "Try policies with cases.") { Policies, Cases }, host, global, (session, cancellationToken) => RunAsync(host, session, cancellationToken));

    private static async Task<int> RunAsync(CliHost host, Session session, CancellationToken cancellationToken)
    {
        using var module = CedarCache.Load(host);
        var report = await PolicyCases.RunAsync(session.Parsed.GetRequiredValue(Policies), session.Parsed.GetRequiredValue(Cases), module, cancellationToken);
        if (report.Faults.Count > 0) return LintResult.Print(session.Print, report.Faults, report.Version);
        session.Print.Table(
            new { report.Version, Failed = report.Results.Count(result => !result.Passed), Cases = report.Results },
            ["", "case", "expected", "said"],
            report.Results.Select(result => (IReadOnlyList<string>)[result.Passed ? "ok" : "FAILED", result.Name, result.Expected, result.Passed ? "" : $"{result.Actual} {result.Reason}".TrimEnd()]));
        return report.Results.All(result => result.Passed) ? ExitCodes.Ok : ExitCodes.Refused;
    }
}
