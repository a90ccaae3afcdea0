using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Server.Attestation.X509;

/// <summary>
/// A path from a certificate to a root that is trusted for it, by the platform's own path validation (RFC 5280 section 6): signatures, times,
/// names, authorities and their constraints. Nothing is fetched on the way, and the machine's own roots count for nothing. SPIFFE and machine
/// certificates are short-lived and have no revocation lists; an authority is withdrawn by taking its root away.
/// </summary>
internal sealed class CertificatePath(TimeProvider time)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Finds the path; answers with the instant at which the first certificate of it ends, or null where no path leads to these roots.</summary>
    /// <param name="leaf">Whose path it is.</param>
    /// <param name="between">Certificates that may help, by whoever they are.</param>
    /// <param name="roots">The roots.</param>
    /// <exception cref="EvidenceFault">One leads there, and does not hold.</exception>
    public DateTimeOffset? Find(X509Certificate2 leaf, IEnumerable<X509Certificate2> between, IReadOnlyList<X509Certificate2> roots)
    {
        using var chain = new X509Chain { ChainPolicy = PolicyOf(between, roots) };
        var isBuilt = chain.Build(leaf);
        try
        {
            if (!isBuilt && FaultOf(chain) is { } fault) throw fault;
            // A trusted root proves nobody; that it is good for itself does not make it somebody's.
            if (!isBuilt || chain.ChainElements.Count < 2) return null;
            foreach (var element in chain.ChainElements.SkipLast(1)) CertificateStrength.Check(element.Certificate);
            return chain.ChainElements.Min(element => new DateTimeOffset(element.Certificate.NotAfter.ToUniversalTime()));
        }
        finally
        {
            foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        }
    }

    private X509ChainPolicy PolicyOf(IEnumerable<X509Certificate2> between, IReadOnlyList<X509Certificate2> roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = time.GetUtcNow().LocalDateTime,
            VerificationTimeIgnored = false,
        };
        policy.CustomTrustStore.AddRange(roots.ToArray());
        policy.ExtraStore.AddRange(between.ToArray());
        // Where purposes are named, this one must be among them.
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return policy;
    }

    private static EvidenceFault? FaultOf(X509Chain chain)
    {
        var all = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (flags, status) => flags | status.Status);
        if ((all & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid)) != 0) return null;
        return all == X509ChainStatusFlags.NotTimeValid
            ? new EvidenceFault("it is expired or not valid yet, or one that made it is")
            : new EvidenceFault("its path breaks a rule of those that made it");
    }
}
