using CredBroker.Client;

namespace CredBroker.Cli.Output;

/// <summary>What <c>issue</c> prints as JSON: either the token's members or <see cref="Secret"/> are there. This holds the secret: to print it is the command's job.</summary>
internal sealed record IssuedCredential(
    string LeaseId,
    string Template,
    DateTimeOffset ExpiresAt,
    Revocability Revocability,
    string? Token,
    string? TokenType,
    string? Audience,
    string? Scope,
    IReadOnlyDictionary<string, string>? Secret);
