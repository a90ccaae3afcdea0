using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using CredBroker.Server.Hosting;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using CredBroker.Verification;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using CredBroker.Testing.Stores;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Tokens;

/// <summary>Several brokers on one Redis: what one signs, or opens, all accept.</summary>
[TestFixture, Category("Server")]
internal sealed class SharedKeysTests
{
    private readonly List<BrokerReplica> _replicas = [];
    private RedisServerProcess _redis = null!;
    private ScratchFolder _scratch = null!;
    private string _keyFile = "";
    private int _database;

    private string Redis => $"{_redis.ConnectionString},defaultDatabase={_database}";

    [OneTimeSetUp]
    public async Task StartRedisAsync() => _redis = await OwnRedis.StartAsync();

    [OneTimeTearDown]
    public async Task StopRedisAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [SetUp]
    public void MakeKeyFile()
    {
        _database++;
        _scratch = new ScratchFolder();
        _keyFile = WriteKeyFile("kek", RandomNumberGenerator.GetBytes(32));
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var replica in _replicas) await replica.DisposeAsync();
        _replicas.Clear();
        _scratch.Dispose();
    }

    [Test]
    public async Task TwoReplicas_TokenAndTaskTokenOfOne_GoodAtTheOther()
    {
        var a = await StartAsync();
        var b = await StartAsync(a);

        var task = await a.Calls.OpenAsync();
        var issued = await task.IssueAsync();
        var elsewhere = await (task with { Calls = b.Calls }).IssueAsync("invoices-api");

        Assert.That(await b.ReadKeySetAsync(), Is.EqualTo(await a.ReadKeySetAsync()));
        Assert.That(elsewhere.Lease.TaskId, Is.EqualTo(task.Id));
        await VerifyAsync(issued.Credential.AccessToken.Value, b);
        await VerifyAsync(elsewhere.Credential.AccessToken.Value, a);
    }

    [Test]
    public async Task FiveReplicas_StartingTogetherOnAnEmptyStore_OneKeySet()
    {
        _replicas.AddRange(await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => BrokerReplica.StartAsync(Redis, _keyFile))));

        var sets = await Task.WhenAll(_replicas.Select(replica => replica.ReadKeySetAsync()));

        Assert.That(sets.Select(Encoding.UTF8.GetString).Distinct().Count(), Is.EqualTo(1));
        Assert.That(_replicas.Select(replica => replica.Ring.Current.Id).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Rotate_AnnouncedKey_AllReplicasAgreeOnTheTime()
    {
        var a = await StartAsync();
        var b = await StartAsync(a);

        var rotated = await a.RotateAsync(emergency: false);

        Assert.That(rotated.SignsFrom.ToDateTimeOffset(), Is.GreaterThan(TimeProvider.System.GetUtcNow().AddMinutes(5)));
        Assert.That(await b.RotateAsync(emergency: false), Is.EqualTo(rotated));
        Assert.That(Encoding.UTF8.GetString(await b.ReadKeySetAsync()), Does.Contain(rotated.KeyId), "it is published before it signs");
        Assert.That(a.Site.ReadAudit().Select(line => (string?)line["type"]), Does.Contain("signing_key_change_allowed"));
    }

    [Test]
    public async Task Rotate_ByAResponder_Refused()
    {
        var a = await StartAsync();

        await Refused.WithAsync(StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED", () => a.Calls.Governance.RotateSigningKeyAsync(
            new CredBroker.Protocol.V1.RotateSigningKeyRequest { Reason = "drill", Emergency = true }, a.OperatorOf("responder")).ResponseAsync);
    }

    [Test]
    public async Task Rotate_Emergency_ReplicasVerifiersAndThoseThatComeLaterKnow()
    {
        var a = await StartAsync();
        var b = await StartAsync(a);
        var old = (a.Ring.Current.Id, Token: (await (await a.Calls.OpenAsync()).IssueAsync()).Credential.AccessToken.Value);
        await using var orders = await StartOrdersAsync(b, a);
        await Eventually.IsTrueAsync(async () => await AskAsync(orders, old.Token) == HttpStatusCode.OK, "the service accepts the token");

        var rotated = await a.RotateAsync(emergency: true);

        await Eventually.IsTrueAsync(() => b.Ring.Current.Id == rotated.KeyId, "the other replica signs with the new key");
        Assert.That(await b.ReadKeySetAsync(), Is.EqualTo(await a.ReadKeySetAsync()));
        Assert.That(Encoding.UTF8.GetString(await b.ReadKeySetAsync()), Does.Not.Contain(old.Id));
        await Eventually.IsTrueAsync(async () => await AskAsync(orders, old.Token) == HttpStatusCode.Unauthorized, "the service refuses the old token");
        var fresh = (await (await b.Calls.OpenAsync()).IssueAsync()).Credential.AccessToken.Value;
        await Eventually.IsTrueAsync(async () => await AskAsync(orders, fresh) == HttpStatusCode.OK, "the service accepts a new token");
        Assert.That((await WatchSnapshotAsync(b)).SelectMany(message => message.WithdrawnKeyIds), Does.Contain(old.Id), "a snapshot tells of it too");
    }

    [Test]
    public async Task Store_ForgedRing_NobodyPublishesItsKeys()
    {
        var a = await StartAsync();
        var before = Encoding.UTF8.GetString(await a.ReadKeySetAsync());
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_redis.ConnectionString);
        var database = connection.GetDatabase(_database);
        var ring = await database.HashGetAllAsync("cb:{meta}:keys");
        using var forged = CredBroker.Tokens.SigningKey.Generate();
        var body = $$"""{"version":99,"keys":[{"kid":"{{forged.Id}}","alg":"ES256","published_at":0,"signs_from":0,"signs":true,"sealed":"AAAA"}],"withdrawn":[]}""";

        await database.HashSetAsync("cb:{meta}:keys", [new HashEntry("v", "99"), new HashEntry("d", ring.Single(field => field.Name == "d").Value.ToString().Split('\n')[0] + "\n" + body)]);
        await connection.GetSubscriber().PublishAsync(RedisChannel.Literal("cb:wake:keys"), "");

        await Eventually.IsTrueAsync(async () => !((string)(await database.HashGetAsync("cb:{meta}:keys", "d"))!).Contains(forged.Id, StringComparison.Ordinal), "the forged ring is gone");
        Assert.That(Encoding.UTF8.GetString(await a.ReadKeySetAsync()), Is.EqualTo(before));
        Assert.That(ring.Select(field => field.Value.ToString()), Has.None.Contains("PRIVATE"));
    }

    [TestCase("missing", "cannot be read")]
    [TestCase("open", "chmod 600")]
    [TestCase("short", "32 random bytes")]
    [TestCase("other", "not sealed under")]
    [TestCase("none", "EncryptionKeyFile is missing")]
    public async Task Start_KeyFileIsNotRight_RefusedInOneLine(string what, string expected)
    {
        if (what == "other") await StartAsync();
        var file = what switch
        {
            "missing" => _scratch.File("nowhere"),
            "short" => WriteKeyFile("short", RandomNumberGenerator.GetBytes(16)),
            "other" => WriteKeyFile("other", RandomNumberGenerator.GetBytes(32)),
            "none" => "",
            _ => _keyFile,
        };
        if (what == "open") ScratchFolder.SetMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var fault = await CatchAsync(async () => await (await BrokerReplica.StartAsync(Redis, file)).DisposeAsync());

        Assert.That(StartFaults.Describe(fault)?.Single(), Does.Contain(expected).And.Not.Contains("\n"), fault.ToString());
    }

    private static async Task<Exception> CatchAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception fault)
        {
            return fault;
        }

        throw new AssertionException("It started.");
    }

    private async Task<BrokerReplica> StartAsync(BrokerReplica? first = null)
    {
        var replica = await BrokerReplica.StartAsync(Redis, _keyFile, first?.Http.OriginalString.TrimEnd('/'));
        _replicas.Add(replica);
        return replica;
    }

    private string WriteKeyFile(string name, byte[] key)
    {
        var path = _scratch.File(name);
        File.WriteAllText(path, Convert.ToBase64String(key));
        ScratchFolder.SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static async Task VerifyAsync(string token, BrokerReplica published)
    {
        var keys = new JsonWebKeySet(Encoding.UTF8.GetString(await published.ReadKeySetAsync()));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidateIssuer = false,
            ValidateAudience = false,
            IssuerSigningKeys = keys.Keys,
            ValidTypes = ["at+jwt"],
        });
        Assert.That(result.IsValid, Is.True, result.Exception?.Message);
    }

    /// <summary>A service that asks one replica for keys and hears of revocations from another.</summary>
    private static async Task<WebApplication> StartOrdersAsync(BrokerReplica feed, BrokerReplica keys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication().AddCredBroker(options =>
        {
            options.Authority = new Uri(keys.Http.OriginalString.TrimEnd('/'));
            options.BrokerAddress = feed.Grpc;
            options.Audience = BrokerCatalogue.OrdersAudience;
            options.UnknownKeyInterval = TimeSpan.FromSeconds(1);
            options.Evidence = _ => ValueTask.FromResult(feed.Site.Domain.IssueSvid($"spiffe://{feed.Site.Domain.Name}/service/orders"));
        });
        var service = builder.Build();
        service.MapGet("/orders", () => "orders").RequireAuthorization();
        await service.StartAsync();
        return service;
    }

    private static async Task<HttpStatusCode> AskAsync(WebApplication service, string token)
    {
        using var client = new HttpClient { BaseAddress = new Uri(service.Urls.Single()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.GetAsync(new Uri("/orders", UriKind.Relative));
        return response.StatusCode;
    }

    private static async Task<IReadOnlyList<CredBroker.Protocol.V1.WatchRevocationsResponse>> WatchSnapshotAsync(BrokerReplica replica)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        using var call = replica.Calls.Feed.WatchRevocations(
            new CredBroker.Protocol.V1.WatchRevocationsRequest { Evidence = replica.Site.EvidenceOf("service/orders") }, cancellationToken: limit.Token);
        var messages = new List<CredBroker.Protocol.V1.WatchRevocationsResponse>();
        while (await call.ResponseStream.MoveNext(limit.Token))
        {
            messages.Add(call.ResponseStream.Current);
            if (messages[^1].SnapshotComplete) break;
        }

        return messages;
    }
}
