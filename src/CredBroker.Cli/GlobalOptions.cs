using System.CommandLine;
using CredBroker.Cli.Output;
using CredBroker.Cli.Responding;

namespace CredBroker.Cli;

/// <summary>Options of every command.</summary>
internal sealed class GlobalOptions
{
    public GlobalOptions()
    {
        Output.AcceptOnlyFromAmong("json", "table");
        Role.AcceptOnlyFromAmong([.. OperatorRoles.All]);
    }

    public Option<string> Address { get; } = new("--address")
    {
        Description = "The broker's address; without it, CREDBROKER_ADDRESS.",
        Recursive = true,
    };

    public Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        Description = "How results are printed; table unless said.",
        Recursive = true,
        HelpName = "json|table",
    };

    /// <summary>Of operators' commands only.</summary>
    public Option<string> Role { get; } = new("--role")
    {
        Description = "Which token of a development file operators.json; without it, CREDBROKER_OPERATOR_ROLE, or the least role that the command needs.",
        HelpName = "viewer|responder|approver|platform-admin",
    };
}
