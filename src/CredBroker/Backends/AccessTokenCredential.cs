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

    /// <summary>The token as it goes to its owner.</summary>
    public string Reveal() => _value;
}
