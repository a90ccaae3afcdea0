using System.CommandLine;
using System.Globalization;
using CredBroker.Cli.Output;
using CredBroker.Policy.Cedar.Cases;
using CredBroker.Policy.Cedar.Replays;
using CredBroker.Policy.Cedar.Wasm;

namespace CredBroker.Cli.Commands;

/// <summary>Says which decisions a change of policies would flip: those of an audit trail, or those of cases. It asks no broker.</summary>
internal static class PolicyDiffCommand
{
    private static readonly Option<string> Policies = new("--policies") { Description = "The folder of the new policies.", Required = true };
    private static readonly Option<string[]> Audit = new("--audit") { Description = "A file or a folder of an audit trail; may be given again.", HelpName = "file|folder" };
    private static readonly Option<string> Templates = new("--templates") { Description = "The folder of new templates and targets; without it, what was in force at the time." };
    private static readonly Option<string> Cases = new("--cases") { Description = "A folder of cases, instead of an audit trail." };
    private static readonly Option<string> Against = new("--against") { Description = "The folder of the old policies, for cases." };

    public static Command Create(CliHost host, GlobalOptions global) => Session.Run(
        new Command("diff", "Say which decisions other policies would flip.") { Policies, Audit, Templates, Cases, Against },
        host,
        global,
        (session, cancellationToken) => RunAsync(host, session, cancellationToken));

    private static async Task<int> RunAsync(CliHost host, Session session, CancellationToken cancellationToken)
    {
        var audit = session.Parsed.GetValue(Audit) ?? [];
        var (cases, against) = (session.Parsed.GetValue(Cases), session.Parsed.GetValue(Against));
        if (audit.Length > 0 == cases is not null) throw new UsageException("Give either --audit or --cases.");
        if (cases is null != against is null) throw new UsageException("--cases and --against go together.");
        var templates = session.Parsed.GetValue(Templates);
        if (cases is not null && templates is not null) throw new UsageException("--templates goes with --audit: a case has a template of its own.");
        using var module = CedarCache.Load(host);
        var policies = session.Parsed.GetRequiredValue(Policies);
        return cases is null
            ? Print(session, await PolicyReplay.RunAsync(new PolicyReplayRequest(audit, policies, templates), module, cancellationToken))
            : await DiffCasesAsync(session, (against!, policies), cases, module, cancellationToken);
    }

    private static int Print(Session session, PolicyReplayReport report)
    {
        if (report.Faults.Count > 0) return Faulty(LintResult.Print(session.Print, report.Faults, report.Version));
        session.Print.Table(
            report,
            ["count", "from", "to", "what", "on", "by", "would be by"],
            report.Flips.Select(flip => (IReadOnlyList<string>)
            [
                Text(flip.Count), Word(flip.From), Word(flip.To), $"{flip.Verb} {flip.Capabilities}".TrimEnd(), flip.About,
                string.Join(' ', flip.FromPolicies), string.Join(' ', flip.ToPolicies),
            ]));
        session.Error.WriteLine($"{report.Replayed} decisions asked again, {report.Flips.Sum(flip => flip.Count)} of them would be made another way.");
        foreach (var (reason, count) in report.NotReplayed) session.Error.WriteLine($"{count} could not be asked again exactly: {reason}.");
        return report.Flips.Count == 0 ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private static async Task<int> DiffCasesAsync(Session session, (string Old, string New) policies, string cases, CedarModule module, CancellationToken cancellationToken)
    {
        var (old, now) = (await PolicyCases.RunAsync(policies.Old, cases, module, cancellationToken), await PolicyCases.RunAsync(policies.New, cases, module, cancellationToken));
        if (old.Faults.Count > 0) return Faulty(LintResult.Print(session.Print, old.Faults, old.Version));
        if (now.Faults.Count > 0) return Faulty(LintResult.Print(session.Print, now.Faults, now.Version));
        var flips = old.Results.Zip(now.Results, (before, after) => (before.Name, From: before.Actual, To: after.Actual)).Where(flip => flip.From != flip.To).ToList();
        session.Print.Table(
            new { now.Version, Replayed = now.Results.Count, Flips = flips.Select(flip => new { flip.Name, flip.From, flip.To }) },
            ["case", "from", "to"],
            flips.Select(flip => (IReadOnlyList<string>)[flip.Name, flip.From, flip.To]));
        return flips.Count == 0 ? ExitCodes.Ok : ExitCodes.Refused;
    }

    /// <summary>1 says that there are flips, so what cannot be read at all is a wrong call.</summary>
    private static int Faulty(int printed) => printed == ExitCodes.Ok ? ExitCodes.Ok : ExitCodes.Usage;

    private static string Word(ReplayedOutcome outcome) => outcome.ToString().ToLowerInvariant();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
