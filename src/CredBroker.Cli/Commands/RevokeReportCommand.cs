using System.CommandLine;
using CredBroker.Cli.Output;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Reports on an order: what is fenced, dead, confirmed, and what could not be revoked.</summary>
internal static class RevokeReportCommand
{
    private static readonly Argument<string> OrderId = new("order") { Description = "The order's id, ord_…" };
    private static readonly Option<string> Format = new("--format") { Description = "markdown unless said, or json.", HelpName = "json|markdown" };

    static RevokeReportCommand() => Format.AcceptOnlyFromAmong("json", "markdown");

    public static Command Create(CliHost host, GlobalOptions global) => Session.RunAsOperator(
        new Command("report", "Report on a revocation order.") { OrderId, Format },
        host,
        global,
        OperatorRoles.Viewer,
        (session, broker, cancellationToken) => RunAsync(session, global, broker, cancellationToken));

    private static async Task<int> RunAsync(Session session, GlobalOptions global, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var report = await OrderReport.ReadAsync(broker, session.Parsed.GetRequiredValue(OrderId), cancellationToken);
        var asJson = session.Parsed.GetValue(Format) is { } format ? format == "json" : session.Parsed.GetValue(global.Output) == OutputFormat.Json;
        if (asJson) session.Print.Json(report);
        else session.Print.Raw(OrderMarkdown.Of(report));
        return report.Complete ? ExitCodes.Ok : ExitCodes.Partial;
    }
}
