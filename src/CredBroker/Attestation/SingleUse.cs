using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Attestation;

/// <summary>Evidence that is good once, by the name that its maker gave it.</summary>
/// <param name="Id">SHA-256 over maker and name, lower-case hex.</param>
/// <param name="ExpiresAt">From when on it is good for nothing anyway, and need not be remembered.</param>
public sealed record SingleUse(string Id, DateTimeOffset ExpiresAt)
{
    /// <summary>What tells the key of whoever uses it, who may then use it again; empty = no key, and nobody may.</summary>
    public string Key { get; init; } = "";

    /// <summary>Evidence that a maker has named, such as an issuer by <c>jti</c>. Two makers may use one name.</summary>
    public static SingleUse Of(string maker, string name, DateTimeOffset expiresAt) =>
        new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{maker.Length}\n{maker}\n{name}"))), expiresAt);
}
