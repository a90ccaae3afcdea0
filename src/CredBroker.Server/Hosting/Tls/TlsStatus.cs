namespace CredBroker.Server.Hosting.Tls;

/// <summary>Tells whether the certificate of the TLS port is good, and the one that the files hold.</summary>
internal sealed class TlsStatus(TlsCertificates certificates, TimeProvider time) : IStatusSource
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(1);

    public IEnumerable<StatusComponent> Read()
    {
        var expires = certificates.Current.ExpiresAt;
        var detail = certificates.Fault is { } fault ? $"{fault} The one before is shown; it is good until {expires:u}."
            : expires <= time.GetUtcNow() ? $"The certificate has expired at {expires:u}."
            : expires <= time.GetUtcNow() + Soon ? $"The certificate expires at {expires:u}."
            : "";
        // Others can do nothing about it, and the one that is shown still serves those who have it pinned.
        return [new StatusComponent("tls", detail.Length == 0, detail) { IsVital = false }];
    }
}
