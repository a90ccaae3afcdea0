using System.CommandLine;
using CredBroker.Cli.Output;

namespace CredBroker.Cli;

/// <summary>Options of every command.</summary>
internal sealed class GlobalOptions
{
    public GlobalOptions() => Output.AcceptOnlyFromAmong("json", "table");

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
}
