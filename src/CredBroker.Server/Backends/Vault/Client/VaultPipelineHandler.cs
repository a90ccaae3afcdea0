namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>Puts the pipeline of a cluster into its HTTP client.</summary>
internal sealed class VaultPipelineHandler(VaultPipeline pipeline) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var lane = request.Options.TryGetValue(VaultHttp.LaneOf, out var named) ? named : VaultCall.ClusterLane;
        var isSafe = request.Options.TryGetValue(VaultHttp.CallOf, out var call) && call.IsSafe;
        return pipeline.SendAsync(token => base.SendAsync(request, token), lane, isSafe, cancellationToken);
    }
}
