namespace CredBroker.Server.Api.AuthZen;

/// <summary>Gives a caller its own name for a request back, on whatever the answer is.</summary>
internal static class RequestIdentifier
{
    private const string Header = "X-Request-ID";
    private const int MaxLength = 256;

    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>: it cannot be given back as it came.</exception>
    public static void Echo(HttpContext http)
    {
        var sent = http.Request.Headers[Header];
        if (sent.Count == 0) return;
        if (sent is not [{ Length: <= MaxLength } text] || text.Any(c => c is < ' ' or > '~'))
            throw RefusedException.Invalid(Header, $"must be one, of at most {MaxLength} printable ASCII characters");
        http.Response.Headers[Header] = text;
    }
}
