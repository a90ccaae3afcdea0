namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>A trust domain whose SVIDs are accepted.</summary>
public sealed class SpiffeTrustDomainOptions
{
    /// <summary>Its name, as in <c>spiffe://name/path</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>The file that holds its SPIFFE bundle.</summary>
    public string BundleFile { get; set; } = "";
}
