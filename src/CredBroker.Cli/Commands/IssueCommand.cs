using System.CommandLine;
using CredBroker.Cli.Output;
using CredBroker.Client;

namespace CredBroker.Cli.Commands;

/// <summary>Issues a credential and prints it: the one command that prints a secret without being told to.</summary>
internal static class IssueCommand
{
    private static readonly CredentialOptions Wanted = new();

    public static Command Create(CliHost host, GlobalOptions global)
    {
        var command = new Command("issue", "Issue a credential for the task and print it, secret and all.");
        Wanted.AddTo(command);
        return Session.Run(command, host, global, RunAsync);
    }

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var broker = session.Connect();
        await using var task = await session.JoinAsync(broker, cancellationToken);
        // Not disposed: that would give the credential back.
        var credential = await task.IssueAsync(Wanted.Read(session.Parsed) with { AutoRenew = false }, cancellationToken);
        session.Print.Record(Json(credential), [.. Lines(credential)]);
        return ExitCodes.Ok;
    }

    private static IssuedCredential Json(LeasedCredential credential) => credential.IsToken
        ? new IssuedCredential(
            credential.LeaseId, credential.Template, credential.ExpiresAt, credential.Revocability,
            credential.Token, credential.TokenType, credential.Audience, credential.Scope, Secret: null)
        : new IssuedCredential(
            credential.LeaseId, credential.Template, credential.ExpiresAt, credential.Revocability,
            Token: null, TokenType: null, Audience: null, Scope: null, credential.Secret);

    private static IEnumerable<(string Name, string? Value)> Lines(LeasedCredential credential)
    {
        yield return ("lease", credential.LeaseId);
        yield return ("template", credential.Template);
        yield return ("expires at", $"{credential.ExpiresAt:u}");
        yield return ("audience", credential.Audience);
        yield return ("scope", credential.Scope);
        if (credential.IsToken) yield return ("token", credential.Token);
        foreach (var (key, value) in credential.Secret) yield return (key, value);
    }
}
