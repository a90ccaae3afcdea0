namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>Calls in one namespace of one cluster, as the broker or with another token.</summary>
internal sealed class VaultChannel(VaultHttp http, VaultSession session, string? ns)
{
    /// <summary>Calls with the token that the call itself carries.</summary>
    /// <exception cref="VaultException">It failed.</exception>
    public Task<VaultBody> SendAsync(VaultCall call, CancellationToken cancellationToken) => http.SendAsync(call, ns, cancellationToken);

    /// <summary>
    /// Calls as the broker. Where Vault denies it, its login may have ended before its time: then it logs in anew and calls once more,
    /// which is safe because what Vault has denied it has not done.
    /// </summary>
    /// <exception cref="VaultException">It failed.</exception>
    public async Task<VaultBody> SendAsBrokerAsync(VaultCall call, CancellationToken cancellationToken)
    {
        var token = await session.GetTokenAsync(cancellationToken);
        try
        {
            return await SendAsync(call with { Token = token }, cancellationToken);
        }
        catch (VaultException fault) when (fault.Failure == VaultFailure.Denied)
        {
            if (await session.ReplaceAsync(token, cancellationToken) is not { } other) throw;
            return await SendAsync(call with { Token = other }, cancellationToken);
        }
    }
}
