using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation;

/// <summary>A trust domain whose SVIDs are accepted, with its bundle in a file or behind an endpoint.</summary>
public sealed class SpiffeTrustDomainOptions
{
    /// <summary>Its name, as in <c>spiffe://name/path</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>The file that holds its SPIFFE bundle.</summary>
    public string BundleFile { get; set; } = "";

    /// <summary>Its SPIFFE bundle endpoint, profile <c>https_web</c> (SPIFFE Federation §5.2.1).</summary>
    public string? BundleEndpoint { get; set; }

    /// <summary>PEM of the authority of the endpoint's certificate; none = the machine's.</summary>
    public string? CaFile { get; set; }

    /// <summary>Whether the endpoint may be in a private or link-local network.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Makes the keyring of its bundle; the settings must be without fault.</summary>
    internal Keyring Open(Keyrings keyrings, KeyringTerms terms) => BundleEndpoint is { } endpoint
        ? keyrings.Open(terms.ByHttp(), new RemoteKeys(new RemoteAccess(new Uri(endpoint), AllowPrivateAddresses, CaFile)))
        : keyrings.Open(terms, new KeyFile(BundleFile));

    /// <summary>What is wrong with the settings, each as setting and fault.</summary>
    internal IEnumerable<(string Setting, string Fault)> Faults()
    {
        if (!SpiffeId.IsTrustDomain(Name)) yield return (nameof(Name), "is not the name of a trust domain, such as acme.test");
        if (BundleEndpoint is null)
        {
            if (string.IsNullOrWhiteSpace(BundleFile)) yield return (nameof(BundleFile), $"is empty, and there is no {nameof(BundleEndpoint)}");
            if (CaFile is not null) yield return (nameof(CaFile), $"is for a {nameof(BundleEndpoint)}");
            if (AllowPrivateAddresses) yield return (nameof(AllowPrivateAddresses), $"is for a {nameof(BundleEndpoint)}");
            yield break;
        }

        if (BundleFile.Length > 0) yield return (nameof(BundleEndpoint), $"stands beside a {nameof(BundleFile)}: one of them is enough");
        if (!RemoteAccess.IsAllowed(BundleEndpoint)) yield return (nameof(BundleEndpoint), "is not an https address; http is for this machine alone");
        if (AuthorityFile.FaultOf(CaFile) is { } fault) yield return (nameof(CaFile), fault);
    }
}
