namespace CredBroker.Server.KeySets;

/// <summary>What is asked by HTTP, and what may be reached on the way.</summary>
/// <param name="Address">The address in the settings.</param>
/// <param name="AllowPrivateAddresses">Whether machines in private and link-local networks may be reached.</param>
/// <param name="CaFile">PEM of the authority of the server's certificate; null = the machine's.</param>
internal sealed record RemoteAccess(Uri Address, bool AllowPrivateAddresses, string? CaFile)
{
    /// <summary>A file with a bearer token, read anew each time; it is shown to the server of <see cref="Address"/> and to no other. Null = none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Whether an address may be asked: TLS, or plain text where the settings themselves name this machine.</summary>
    public bool Allows(Uri uri) => IsAllowed(uri) && (Address.IsLoopback || uri.Scheme == Uri.UriSchemeHttps);

    /// <summary>Whether the settings may name an address: TLS, or plain text on this machine.</summary>
    public static bool IsAllowed(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    /// <summary>Whether a text is an address that the settings may name.</summary>
    public static bool IsAllowed(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && IsAllowed(uri) && uri.UserInfo.Length == 0;
}
