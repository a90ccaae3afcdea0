namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>Puts the pipeline of a cluster into its HTTP client.</summary>
internal sealed class VaultPipelineHandler(VaultPipeline pipeline) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var lane = request.Options.TryGetValue(VaultHttp.LaneOf, out var named) ? named : VaultCall.ClusterLane;
        var isSafe = request.Options.TryGetValue(VaultHttp.CallOf, out var call) && call.IsSafe;
        return pipeline.SendAsync(token => SendOnceAsync(request, token), lane, isSafe, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (OperationCanceledException late) when (late.InnerException is TimeoutException)
        {
            // In here that is the time for connecting, so nothing was sent. Further out it would look like the time of the call.
            throw new HttpRequestException(HttpRequestError.ConnectionError, "No connection was made in time.", late);
        }
    }
}
