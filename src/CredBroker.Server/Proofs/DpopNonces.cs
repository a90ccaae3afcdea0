using CredBroker.Attestation;

namespace CredBroker.Server.Proofs;

/// <summary>Nonces for DPoP proofs (RFC 9449 §8): a proof cannot be made before its nonce is given out. Nothing is kept of them.</summary>
internal sealed class DpopNonces(Stamps stamps)
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private const string Purpose = "dpop nonce";

    public string New() => stamps.Make(Purpose, [], Life).Text;

    public bool IsGood(string nonce) => stamps.Read(nonce, Purpose, []) is not null;
}
