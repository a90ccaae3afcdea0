using System.CommandLine;
using CredBroker.Attestation;

namespace CredBroker.Cli.Commands;

/// <summary>Makes a join token: the secret for the workload, and the line with its hash for the broker. It asks nobody and keeps nothing.</summary>
internal static class JoinTokenNewCommand
{
    private static readonly TimeSpan DefaultTtl = TimeSpan.FromHours(1);
    private static readonly Option<string> Name = new("--name") { Description = "Whose it is, such as edge/7.", Required = true };
    private static readonly Option<TimeSpan?> Ttl = DurationText.Option("--ttl", "How long it may be used; 1h unless said");

    public static Command Create(CliHost host, GlobalOptions global) => Session.Run(
        new Command("new", "Make a join token and print it, with the line for the broker's file.") { Name, Ttl }, host, global, RunAsync);

    private static Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var name = session.Parsed.GetValue(Name);
        if (!JoinTokenLine.IsName(name)) throw new UsageException("--name must be 1 to 128 of a-z, 0-9, '.', '-' and '_', in parts between slashes.");
        var ttl = session.Parsed.GetValue(Ttl) ?? DefaultTtl;
        if (ttl <= TimeSpan.Zero) throw new UsageException("--ttl must be more than nothing.");
        var token = JoinToken.New();
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds((session.Time.GetUtcNow() + ttl).ToUnixTimeSeconds());
        var line = new JoinTokenLine(name, expiresAt, token.Hash).ToString();
        session.Print.Record(
            new { Name = name, ExpiresAt = expiresAt, Token = token.Reveal(), Line = line },
            ("name", name), ("expires at", $"{expiresAt:u}"), ("token", token.Reveal()), ("line", line));
        return Task.FromResult(ExitCodes.Ok);
    }
}
