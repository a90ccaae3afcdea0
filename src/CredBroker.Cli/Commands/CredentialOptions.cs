using System.CommandLine;
using CredBroker.Client;

namespace CredBroker.Cli.Commands;

/// <summary>The options by which <c>issue</c> and <c>exec</c> say what credential is wanted.</summary>
internal sealed class CredentialOptions
{
    public Option<string> Template { get; } = new("--template") { Description = "The template to issue from.", Required = true };

    public Option<Capability[]> Capabilities { get; } = new("--capability")
    {
        Description = "What it is wanted for; may be repeated. Read unless said.",
        HelpName = "read|write|delegate",
    };

    public Option<TimeSpan?> Ttl { get; } = DurationText.Option("--ttl", "How long it is to live");

    public Option<string> Justification { get; } = new("--justification") { Description = "Why, for the audit trail and for approvers." };

    public Option<string> Approval { get; } = new("--approval") { Description = "An approval that was given for this very request." };

    public Option<TimeSpan?> WaitForApproval { get; } = DurationText.Option("--wait-approval", "How long to wait where people have to agree first; not at all unless said");

    public CredentialOptions() => Capabilities.AcceptOnlyFromAmong("read", "write", "delegate");

    public void AddTo(Command command)
    {
        command.Add(Template);
        command.Add(Capabilities);
        command.Add(Ttl);
        command.Add(Justification);
        command.Add(Approval);
        command.Add(WaitForApproval);
    }

    public CredentialRequest Read(ParseResult parsed) => new(parsed.GetRequiredValue(Template))
    {
        Capabilities = parsed.GetValue(Capabilities) is { Length: > 0 } capabilities ? capabilities : [Capability.Read],
        Ttl = parsed.GetValue(Ttl),
        Justification = parsed.GetValue(Justification) ?? "",
        ApprovalId = parsed.GetValue(Approval),
        WaitForApproval = parsed.GetValue(WaitForApproval),
    };
}
