using CredBroker.Leases;

namespace CredBroker.Backends;

/// <summary>A token to send to a service.</summary>
public sealed record AccessTokenCredential : Credential
{
    private readonly string _value;

    /// <summary>Wraps a token.</summary>
    public AccessTokenCredential(string value, string audience, string scope, DateTimeOffset expiresAt, Revocability revocability)
        : base(expiresAt, revocability)
    {
        _value = value;
        Audience = audience;
        Scope = scope;
    }

    /// <summary>The service it is for.</summary>
    public string Audience { get; }

    /// <summary>Scopes, separated by spaces.</summary>
    public string Scope { get; }

    /// <summary>The key that it is bound to; null = a bearer token.</summary>
    public ProofKey? Key { get; init; }

    /// <summary>The scheme that it is sent by: <c>DPoP</c>, or <c>Bearer</c>, over the client's certificate where it is bound to one.</summary>
    public string TokenType => Key?.Kind == ProofKind.Dpop ? "DPoP" : "Bearer";

    /// <summary>The token as it goes to its owner.</summary>
    public string Reveal() => _value;
}
