using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CredBroker.Testing.Broker;

/// <summary>
/// A broker for tests of its callers: real Kestrel and gRPC without TLS on a loopback port of its own, scripted answers, and a record of
/// every call. It decides nothing; tasks and leases are kept only so far as its answers need them.
/// </summary>
public sealed class FakeBroker : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<RecordedCall> _calls = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Exception>> _failures = new();
    private readonly ConcurrentDictionary<Type, Delegate> _scripts = new();

    private FakeBroker(WebApplication server, FakeLedger ledger)
    {
        _server = server;
        Ledger = ledger;
    }

    /// <summary>Its tasks and leases.</summary>
    public FakeLedger Ledger { get; }

    /// <summary>Its revocation orders, fences and dead letters.</summary>
    public FakeOrders Orders { get; } = new();

    /// <summary>Where it listens, <c>http://127.0.0.1:…</c>.</summary>
    public string Address => _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>Every call so far, in order.</summary>
    public IReadOnlyList<RecordedCall> Calls => [.. _calls];

    /// <summary>Starts one.</summary>
    /// <param name="time">Its clock; null = the system's.</param>
    public static async Task<FakeBroker> StartAsync(TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(g => g.EnableDetailedErrors = true);
        FakeBroker? broker = null;
        builder.Services.AddSingleton(_ => broker!);
        var app = builder.Build();
        app.MapGrpcService<FakeAttestationService>();
        app.MapGrpcService<FakeTaskService>();
        app.MapGrpcService<FakeCredentialService>();
        app.MapGrpcService<FakeLeaseService>();
        app.MapGrpcService<FakeGovernanceService>();
        app.MapGrpcService<FakeRevocationService>();
        app.MapGrpcService<FakeApprovalService>();
        broker = new FakeBroker(app, new FakeLedger(time ?? TimeProvider.System));
        await app.StartAsync();
        return broker;
    }

    /// <summary>The calls of one rpc, as its request type.</summary>
    public IReadOnlyList<TRequest> Requests<TRequest>()
        where TRequest : IMessage => [.. _calls.Select(c => c.Request).OfType<TRequest>()];

    /// <summary>Makes the next calls of an rpc fail.</summary>
    public void FailNext(string method, Exception failure, int times = 1)
    {
        var queue = _failures.GetOrAdd(method, _ => new ConcurrentQueue<Exception>());
        for (var i = 0; i < times; i++) queue.Enqueue(failure);
    }

    /// <summary>Answers every further call with this request type in another way.</summary>
    public void Script<TRequest, TReply>(Func<TRequest, Task<TReply>> answer) => _scripts[typeof(TRequest)] = answer;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    internal async Task<TReply> AnswerAsync<TRequest, TReply>(TRequest request, ServerCallContext context, Func<TRequest, string?, TReply> usual)
        where TRequest : IMessage
    {
        var authorization = Record(request, context);
        if (_scripts.TryGetValue(typeof(TRequest), out var script)) return await ((Func<TRequest, Task<TReply>>)script)(request);
        return usual(request, authorization?["Bearer ".Length..]);
    }

    /// <summary>Notes a call, and fails it where it was to fail; returns its authorization.</summary>
    internal string? Record(IMessage request, ServerCallContext context)
    {
        var method = context.Method[(context.Method.LastIndexOf('/') + 1)..];
        var authorization = context.RequestHeaders.GetValue("authorization");
        _calls.Enqueue(new RecordedCall(method, request, authorization) { Proof = context.RequestHeaders.GetValue("dpop") });
        if (_failures.TryGetValue(method, out var queue) && queue.TryDequeue(out var failure)) throw failure;
        return authorization;
    }
}
