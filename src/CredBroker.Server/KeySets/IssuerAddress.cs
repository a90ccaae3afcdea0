namespace CredBroker.Server.KeySets;

/// <summary>The settings that say where the keys of an issuer are, which several kinds of issuer share.</summary>
internal static class IssuerAddress
{
    /// <summary>What is wrong with them, each as setting and fault.</summary>
    public static IEnumerable<(string Setting, string Fault)> Faults(string issuer, string? jwksUri, string? caFile)
    {
        if (!RemoteAccess.IsAllowed(issuer) || issuer.AsSpan().ContainsAny('?', '#') || issuer.Trim() != issuer)
            yield return ("Issuer", "must be an https address without query and fragment; http is for this machine alone");
        if (jwksUri is not null && !RemoteAccess.IsAllowed(jwksUri)) yield return ("JwksUri", "must be an https address; http is for this machine alone");
        if (AuthorityFile.FaultOf(caFile) is { } fault) yield return ("CaFile", fault);
    }

    /// <summary>Where the keys come from: an address in the settings, or what the discovery document says.</summary>
    public static IKeySource ToSource(string issuer, string? jwksUri, bool allowPrivateAddresses, string? caFile) => jwksUri is null
        ? new DiscoveredKeys(issuer, new RemoteAccess(DiscoveredKeys.AddressOf(issuer), allowPrivateAddresses, caFile))
        : new RemoteKeys(new RemoteAccess(new Uri(jwksUri), allowPrivateAddresses, caFile));
}
