using System.CommandLine;
using CredBroker.Cli.Responding;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Commands;

/// <summary>Lists the fences that stand.</summary>
internal static class FenceListCommand
{
    private static readonly string[] Columns = ["FENCE", "KILLS UP TO", "RAISED BY", "REASON", "MATCHES"];

    public static Command Create(CliHost host, GlobalOptions global) =>
        Session.RunAsOperator(new Command("list", "List the fences that stand."), host, global, OperatorRoles.Viewer, RunAsync);

    private static async Task<int> RunAsync(Session session, CredBrokerOperator broker, CancellationToken cancellationToken)
    {
        var fences = await broker.Fences.ListAsync(cancellationToken);
        session.Print.Table(
            new { Fences = fences },
            Columns,
            fences.Select(f => (IReadOnlyList<string>)
                [f.Id, f.NotBefore is { } at ? $"{at:u}" : "being raised", f.RaisedBy, f.Reason, string.Join(" OR ", f.Selectors)]));
        return ExitCodes.Ok;
    }
}
