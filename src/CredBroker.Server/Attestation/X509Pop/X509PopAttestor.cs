using System.Buffers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Attestation;
using CredBroker.Server.Attestation.X509;
using CredBroker.Server.Jose;

namespace CredBroker.Server.Attestation.X509Pop;

/// <summary>
/// Proves the holder of a certificate's key by a signature over a challenge, and the certificate by its path to the roots of an authority in
/// the settings. <c>docs/attestors/x509_pop.md</c> lists what is verified and every refusal.
/// </summary>
internal sealed class X509PopAttestor(TrustedAuthorities authorities, Challenges challenges, TimeProvider time, ILogger<X509PopAttestor> logger) : IAttestor
{
    public const string AttestorName = "x509_pop";

    private const int MaxNameLength = 64;
    private static readonly SearchValues<char> NameChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    private readonly CertificatePath _path = new(time);
    private readonly EvidenceGuard _guard = new("signed challenge", logger);

    public string Name => AttestorName;

    public ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken) => _guard.RunAsync(
        async () =>
        {
            var answer = CertificateAnswer.Read(evidence.Payload);
            var challenge = challenges.CheckAnswered(answer.Challenge, AttestorName, evidence.Possession?.Key.Thumbprint);
            var digest = Convert.ToHexStringLower(SHA256.HashData(evidence.Payload.Span));
            var subject = LeafCertificate.Guard(() => Verify(answer, digest));
            // Only now: whoever has no certificate of an authority must not be able to fill the memory.
            await challenges.UseUpAsync(challenge, cancellationToken).ConfigureAwait(false);
            return subject;
        },
        cancellationToken);

    private AttestedSubject Verify(CertificateAnswer answer, string digest)
    {
        var chain = CertificateChainReader.Read(answer.Chain);
        try
        {
            var leaf = chain[0];
            LeafCertificate.RequireNoAuthority(leaf);
            var name = NameOf(leaf);
            // Before any path is built: certificates are public, and challenges cost nothing.
            CertificateStrength.Check(leaf);
            answer.Verify(leaf);
            var (authority, expiry) = AuthorityOf(leaf, chain);
            return new AttestedSubject(AttestorName, $"x509://{authority}/{name}", [.. Selectors(authority, name, leaf)], digest, expiry);
        }
        finally
        {
            chain.ForEach(certificate => certificate.Dispose());
        }
    }

    /// <summary>The one authority to whose roots a path leads. Whose workload it is must not hang on the order of the settings.</summary>
    private (string Name, DateTimeOffset Expiry) AuthorityOf(X509Certificate2 leaf, List<X509Certificate2> chain)
    {
        var found = new List<(string Name, DateTimeOffset Expiry)>();
        Exception? fault = null;
        foreach (var (name, roots) in authorities.All)
        {
            try
            {
                if (_path.Find(leaf, chain.Skip(1), roots.Current.Roots) is { } expiry) found.Add((name, expiry));
            }
            catch (Exception at) when (at is EvidenceFault or JwtFault)
            {
                // It may be of the one authority whose roots cannot be read.
                if (fault is not JwtFault) fault = at;
            }
        }

        return found switch
        {
            [var one] => one,
            [] => throw fault ?? new EvidenceFault("no path leads from it to the roots of an authority"),
            _ => throw new EvidenceFault("paths lead from it to more than one authority"),
        };
    }

    private static string NameOf(X509Certificate2 leaf)
    {
        var names = leaf.SubjectName.EnumerateRelativeDistinguishedNames().Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3").ToList();
        return names is [var one] && one.GetSingleElementValue() is { Length: > 0 and <= MaxNameLength } name && !name.AsSpan().ContainsAnyExcept(NameChars)
            && !name.Contains("..", StringComparison.Ordinal)
            ? name
            : throw new EvidenceFault("its subject has not exactly one plain common name");
    }

    private static IEnumerable<string> Selectors(string authority, string name, X509Certificate2 leaf)
    {
        yield return $"x509:authority:{authority}";
        yield return $"x509:common_name:{name}";
        yield return $"x509:sha256:{Convert.ToHexStringLower(SHA256.HashData(leaf.RawData))}";
        foreach (var dns in leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames())) yield return $"x509:dns:{dns}";
    }
}
