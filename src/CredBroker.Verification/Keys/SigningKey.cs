using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Verification.Keys;

/// <summary>A public key of the broker. The same key read again is the same object; another key under the same id is another.</summary>
internal sealed class SigningKey(JsonWebKey key)
{
    public string Id => key.Kid;

    public SecurityKey Key => key;

    public bool IsSame(SigningKey other) => Id == other.Id && X == other.X && Y == other.Y;

    private string X => key.X;

    private string Y => key.Y;
}
