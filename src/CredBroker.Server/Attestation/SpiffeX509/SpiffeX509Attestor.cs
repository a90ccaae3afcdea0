using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Attestation;
using CredBroker.Server.Attestation.X509;

namespace CredBroker.Server.Attestation.SpiffeX509;

/// <summary>
/// Proves the X.509-SVID (SPIFFE X509-SVID) by which the caller's connection was made: TLS has proved its key, and here its path to the
/// roots of the trust domain that it names is. <c>docs/attestors/spiffe_x509.md</c> lists what is verified and every refusal.
/// </summary>
internal sealed class SpiffeX509Attestor(TrustDomainRoots domains, TimeProvider time, ILogger<SpiffeX509Attestor> logger) : IAttestor
{
    public const string AttestorName = "spiffe_x509";

    private readonly CertificatePath _path = new(time);
    private readonly VerifiedEvidence _verified = new(time);
    private readonly EvidenceGuard _guard = new("X.509-SVID", logger);

    public string Name => AttestorName;

    public ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken) => _guard.RunAsync(
        () =>
        {
            var svid = evidence.PeerCertificate ?? throw new EvidenceFault("its connection shows no client certificate");
            var digest = Convert.ToHexStringLower(SHA256.HashData(svid.Span));
            return ValueTask.FromResult(_verified.Find(digest) ?? LeafCertificate.Guard(() => Verify(svid, evidence.Payload, digest)));
        },
        cancellationToken);

    private AttestedSubject Verify(ReadOnlyMemory<byte> svid, ReadOnlyMemory<byte> chain, string digest)
    {
        var between = CertificateChainReader.Read(chain);
        try
        {
            using var leaf = CertificateChainReader.ReadOne(svid);
            return Verify(leaf, between, digest);
        }
        finally
        {
            between.ForEach(certificate => certificate.Dispose());
        }
    }

    private AttestedSubject Verify(X509Certificate2 leaf, List<X509Certificate2> between, string digest)
    {
        LeafCertificate.RequireNoAuthority(leaf);
        if (LeafCertificate.UrisOf(leaf) is not [var uri]) throw new EvidenceFault("it has not exactly one URI among its names");
        if (!SpiffeId.TryParse(uri, out var id)) throw new EvidenceFault("its URI is not the SPIFFE ID of a workload");
        if (!domains.TryFind(id.TrustDomain, out var keyring)) throw new EvidenceFault("its trust domain is not trusted here");
        var bundle = keyring.Current;
        var expiry = _path.Find(leaf, between, bundle.Roots) ?? throw new EvidenceFault("no path leads from it to the roots of its trust domain");

        var subject = new AttestedSubject(AttestorName, id.Text, id.Selectors, digest, expiry);
        _verified.Add(subject, keyring, bundle);
        return subject;
    }
}
