using CredBroker.Leases;

namespace CredBroker.Backends;

/// <summary>A secret of several parts, such as a user name and a password.</summary>
public sealed record SecretCredential : Credential
{
    private readonly IReadOnlyDictionary<string, string> _values;

    /// <summary>Wraps a secret.</summary>
    public SecretCredential(IReadOnlyDictionary<string, string> values, DateTimeOffset expiresAt, Revocability revocability)
        : base(expiresAt, revocability) => _values = values;

    /// <summary>The parts as they go to their owner.</summary>
    public IReadOnlyDictionary<string, string> Reveal() => _values;
}
