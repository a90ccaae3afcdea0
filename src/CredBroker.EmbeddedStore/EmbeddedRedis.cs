using System.Net;
namespace CredBroker.EmbeddedStore;
/// <summary>x</summary>
public sealed class EmbeddedRedis : IAsyncDisposable
{
    /// <summary>x</summary>
    public EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 0);
    /// <summary>x</summary>
    public static Task<EmbeddedRedis> StartAsync(string folder, CancellationToken cancellationToken) => throw new NotSupportedException();
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
