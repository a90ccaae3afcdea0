using CredBroker.Tokens;

namespace CredBroker.Tests.Attestation;

/// <summary>A ring whose keys the test changes.</summary>
internal sealed class TestRing : ISigningKeyRing, IDisposable
{
    private readonly List<SigningKey> _keys = [SigningKey.Generate()];

    public SigningKey Current => _keys[^1];

    public IReadOnlyList<SigningKey> Signers => _keys;

    public IReadOnlyList<PublicSigningKey> Published => [.. _keys.Select(key => key.Public)];

    public void Rotate() => _keys.Add(SigningKey.Generate());

    public void Withdraw()
    {
        Dispose();
        _keys.Clear();
        Rotate();
    }

    public void Dispose() => _keys.ForEach(key => key.Dispose());
}
