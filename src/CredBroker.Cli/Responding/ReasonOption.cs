using System.CommandLine;

namespace CredBroker.Cli.Responding;

/// <summary>The reason that the audit trail wants from whoever turns something.</summary>
internal sealed class ReasonOption
{
    public Option<string> Option { get; } = new("--reason") { Description = "Why; it goes into the audit trail.", Required = true };

    public string Read(ParseResult parsed) => parsed.GetRequiredValue(Option) is var reason && reason.Trim().Length > 0
        ? reason
        : throw new UsageException("--reason is empty.");
}
