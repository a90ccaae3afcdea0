using System.CommandLine;
using System.Globalization;
using CredBroker.Revocation;
using Spectre.Console;

namespace CredBroker.Cli.Responding;

/// <summary>Makes sure that a person has seen how much a revocation hits. Above the broker's threshold the count itself has to come back.</summary>
internal sealed class CountConfirmation
{
    private readonly Option<long?> _count = new("--confirm-count")
    {
        Description = $"The count that the preview shows, given back; needed above {MassRevocation.ConfirmAbove} where nobody can be asked.",
        HelpName = "N",
    };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = $"Do not ask; enough up to {MassRevocation.ConfirmAbove} leases." };

    public void AddTo(Command command)
    {
        command.Add(_count);
        command.Add(_yes);
    }

    /// <summary>Whether the count is confirmed. Says why where it is not.</summary>
    /// <exception cref="UsageException">Nobody can be asked, and the options do not say enough.</exception>
    public async Task<bool> IsGivenAsync(Session session, long total, CancellationToken cancellationToken)
    {
        if (session.Parsed.GetValue(_count) is { } count)
            return count == total || Not(session, $"--confirm-count says {count}, and {total} leases match now");
        var above = total > MassRevocation.ConfirmAbove;
        if (!above && session.Parsed.GetValue(_yes)) return true;
        if (!session.People.Profile.Capabilities.Interactive)
            throw new UsageException(above ? $"{total} leases match, and nobody can be asked: pass --confirm-count {total}." : "Nobody can be asked: pass --yes.");
        return above ? await CountAsync(session, total, cancellationToken) : await YesAsync(session, total, cancellationToken);
    }

    private static async Task<bool> CountAsync(Session session, long total, CancellationToken cancellationToken)
    {
        var answer = await session.People.PromptAsync(new TextPrompt<string>("Type the number of leases to revoke them:").AllowEmpty(), cancellationToken);
        return answer.Trim() == total.ToString(CultureInfo.InvariantCulture) || Not(session, $"{total} leases match");
    }

    private static async Task<bool> YesAsync(Session session, long total, CancellationToken cancellationToken)
    {
        var question = total == 0 ? "Nothing live matches. Raise the fence all the same?" : total == 1 ? "Revoke it?" : $"Revoke these {total} leases?";
        return await session.People.PromptAsync(new ConfirmationPrompt(question) { DefaultValue = false }, cancellationToken) || Not(session, "the answer was no");
    }

    private static bool Not(Session session, string why)
    {
        session.Error.WriteLine($"not confirmed: {why}; nothing was ordered.");
        return false;
    }
}
