using System.Text.Json;
using CredBroker.Protocol.V1;
using CredBroker.Server.Hosting;
using CredBroker.Testing.Broker;
using CredBroker.Tokens;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Server.Tests.Tokens;

/// <summary>One of several brokers in this process that share a Redis and a ring of signing keys.</summary>
internal sealed class BrokerReplica : IAsyncDisposable
{
    private readonly WebApplication _broker;

    private BrokerReplica(BrokerSite site, WebApplication broker)
    {
        Site = site;
        _broker = broker;
        Calls = new BrokerCalls(site);
    }

    public BrokerSite Site { get; }

    public BrokerCalls Calls { get; }

    public ISigningKeyRing Ring => _broker.Services.GetRequiredService<ISigningKeyRing>();

    public Uri Http => Site.ReadEndpoints()["http"];

    public Uri Grpc => Site.ReadEndpoints()["grpc"];

    /// <summary>Starts one.</summary>
    /// <param name="issuer">The name that all replicas have in common; null = this one's address.</param>
    /// <param name="redis">Connection string.</param>
    /// <param name="keyFile">File of the key-encryption key.</param>
    public static async Task<BrokerReplica> StartAsync(string redis, string keyFile, string? issuer = null)
    {
        var site = new BrokerSite(redis);
        site.Settings["Tokens:Keys:Source"] = "store";
        site.Settings["Tokens:Keys:EncryptionKeyFile"] = keyFile;
        if (issuer is not null) site.Settings["Tokens:Issuer"] = issuer;
        try
        {
            var broker = BrokerHost.Build(site.Arguments);
            try
            {
                await broker.StartAsync();
                return new BrokerReplica(site, broker);
            }
            catch
            {
                await broker.DisposeAsync();
                throw;
            }
        }
        catch
        {
            site.Dispose();
            throw;
        }
    }

    public Task<byte[]> ReadKeySetAsync() => Calls.Http.GetByteArrayAsync(new Uri("/.well-known/jwks.json", UriKind.Relative));

    public async Task<RotateSigningKeyResponse> RotateAsync(bool emergency) =>
        await Calls.Governance.RotateSigningKeyAsync(new RotateSigningKeyRequest { Reason = "drill", Emergency = emergency }, OperatorOf("platform-admin"));

    public Metadata OperatorOf(string role)
    {
        var tokens = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(Site.DataFolder, "operators.json")))!;
        return BrokerCalls.Bearer(tokens[role]);
    }

    public async ValueTask DisposeAsync()
    {
        Calls.Dispose();
        await _broker.DisposeAsync();
        Site.Dispose();
    }
}
