using System.CommandLine;
using CredBroker.Cli.Output;
using CredBroker.Templates;

namespace CredBroker.Cli.Commands;

/// <summary>Checks a folder of templates, targets and rules as a broker would. It asks no broker.</summary>
internal static class TemplateLintCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "The folder of the YAML documents." };

    public static Command Create(CliHost host, GlobalOptions global) =>
        Session.Run(new Command("lint", "Check a folder of templates, targets and rules, as a broker would.") { Folder }, host, global, RunAsync);

    private static Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var reading = CatalogueReader.Read(session.Parsed.GetRequiredValue(Folder), cancellationToken);
        return Task.FromResult(LintResult.Print(
            session.Print,
            reading.Faults,
            reading.Set?.Version ?? "",
            ("templates", reading.Set?.Templates.Count ?? 0),
            ("targets", reading.Set?.Targets.Count ?? 0),
            ("rules", reading.Set?.Rules.Count ?? 0)));
    }
}
