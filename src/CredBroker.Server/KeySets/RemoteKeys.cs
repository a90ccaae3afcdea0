namespace CredBroker.Server.KeySets;

/// <summary>Keys at one address.</summary>
internal sealed class RemoteKeys(RemoteAccess access) : IKeySource
{
    private readonly OutboundHttp _http = new(access);

    public string Place => access.Address.AbsoluteUri;

    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken) =>
        await _http.ReadAsync(access.Address, cancellationToken).ConfigureAwait(false);

    public void Dispose() => _http.Dispose();
}
