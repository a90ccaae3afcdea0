namespace CredBroker.Server.Jose;

/// <summary>Weighs the instants of a JWT against the clock, with the skew that is allowed on both sides.</summary>
internal sealed class JwtTimes(TimeProvider time, TimeSpan clockSkew, TimeSpan? maxLifetime)
{
    /// <summary>From <c>exp</c> on it is over (RFC 7519 §4.1.4).</summary>
    public bool IsExpired(DateTimeOffset expiresAt) => Now - clockSkew >= expiresAt;

    public bool IsEarly(DateTimeOffset instant) => instant - clockSkew > Now;

    /// <exception cref="JwtFault">It is not good now.</exception>
    public void Check(Jwt jwt)
    {
        if (IsExpired(jwt.ExpiresAt)) throw new JwtFault("it is expired");
        if (jwt.NotBefore is { } notBefore && IsEarly(notBefore)) throw new JwtFault("it is not valid yet");
        if (jwt.IssuedAt is { } issuedAt && IsEarly(issuedAt)) throw new JwtFault("it was issued in the future");
        if (jwt.IssuedAt >= jwt.ExpiresAt || jwt.NotBefore >= jwt.ExpiresAt) throw new JwtFault("it ends before it begins");
        if (jwt.ExpiresAt - (jwt.IssuedAt ?? Now) > maxLifetime) throw new JwtFault("it lives longer than this server accepts");
    }

    private DateTimeOffset Now => time.GetUtcNow();
}
