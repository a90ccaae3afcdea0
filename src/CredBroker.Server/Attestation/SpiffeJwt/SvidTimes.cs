namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>Weighs the instants of an SVID against the clock, with the skew that the options allow on both sides.</summary>
internal sealed class SvidTimes(TimeProvider time, TimeSpan clockSkew, TimeSpan maxLifetime)
{
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>From <c>exp</c> on it is over (RFC 7519 §4.1.4).</summary>
    public bool IsExpired(DateTimeOffset expiresAt) => Now - clockSkew >= expiresAt;

    public bool IsEarly(DateTimeOffset instant) => instant - clockSkew > Now;

    public void Check(SvidClaims claims)
    {
        if (IsExpired(claims.ExpiresAt)) throw SvidRefusal.Because("it is expired");
        if (claims.NotBefore is { } notBefore && IsEarly(notBefore)) throw SvidRefusal.Because("it is not valid yet");
        if (claims.IssuedAt is { } issuedAt && IsEarly(issuedAt)) throw SvidRefusal.Because("it was issued in the future");
        if (claims.IssuedAt >= claims.ExpiresAt || claims.NotBefore >= claims.ExpiresAt)
            throw SvidRefusal.Because("it ends before it begins");
        if (claims.ExpiresAt - (claims.IssuedAt ?? Now) > maxLifetime) throw SvidRefusal.Because("it lives longer than this server accepts");
    }
}
