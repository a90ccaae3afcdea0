using CredBroker.Attestation;
using CredBroker.Tokens;

namespace CredBroker.Server.Tests.Attestation;

/// <summary>Challenges without a server around them.</summary>
internal static class TestChallenges
{
    public static Challenges Of(TimeProvider time, IReplayMemory used) => new(new Stamps(new OneKey(), time), used);

    private sealed class OneKey : ISigningKeyRing
    {
        public SigningKey Current { get; } = SigningKey.Generate();

        public IReadOnlyList<PublicSigningKey> Published => [Current.Public];
    }
}
