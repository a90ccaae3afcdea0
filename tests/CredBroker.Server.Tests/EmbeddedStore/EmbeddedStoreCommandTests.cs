using CredBroker.Server.Tests.Hosting;
using StackExchange.Redis;
using Store = CredBroker.EmbeddedStore.EmbeddedStore;

namespace CredBroker.Server.Tests.EmbeddedStore;

/// <summary>What the lease store's scripts rely on: it has to answer as Redis does.</summary>
[TestFixture, Category("Store")]
public sealed class EmbeddedStoreCommandTests
{
    private const string ReadThenWrite = """
        local v = tonumber(redis.call('GET', ARGV[1]) or '0')
        for i = 1, 2000 do v = v + 0 end
        redis.call('SET', ARGV[1], v + 1)
        return v
        """;

    private ScratchFolder _scratch = null!;
    private Store _store = null!;
    private ConnectionMultiplexer _connection = null!;
    private IDatabase _database = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _scratch = new ScratchFolder();
        _store = await Store.StartAsync(_scratch.Path);
        _connection = await ConnectAsync();
        _database = _connection.GetDatabase();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _connection.DisposeAsync();
        await _store.DisposeAsync();
        _scratch.Dispose();
    }

    [SetUp]
    public Task Empty() => _database.ExecuteAsync("FLUSHALL");

    [TestCase("return redis.call('SET', KEYS[1], 'v', 'PX', 60000)", "OK")]
    [TestCase("redis.call('SET', KEYS[1], 'v', 'PX', 60000); local t = redis.call('PTTL', KEYS[1]); return t > 50000 and t <= 60000", "1")]
    [TestCase("redis.call('SET', KEYS[1], 'v'); return redis.call('SET', KEYS[1], 'w', 'NX') == false", "1")]
    [TestCase("return redis.call('GET', KEYS[1]) == false", "1")]
    [TestCase("redis.call('SET', KEYS[1], 'v'); return redis.call('DEL', KEYS[1], KEYS[2])", "1")]
    [TestCase("redis.call('SET', KEYS[1], 'v'); return redis.call('EXISTS', KEYS[1], KEYS[2])", "1")]
    [TestCase("redis.call('SET', KEYS[1], 'v'); local r = redis.call('MGET', KEYS[1], KEYS[2]); return r[1] .. tostring(r[2])", "vfalse")]
    [TestCase("redis.call('INCR', KEYS[1]); return redis.call('INCR', KEYS[1])", "2")]
    [TestCase("redis.call('SET', KEYS[1], 'v'); redis.call('EXPIRE', KEYS[1], 100); return redis.call('TTL', KEYS[1]) > 90", "1")]
    [TestCase("redis.call('SET', KEYS[1], 'v'); redis.call('PEXPIREAT', KEYS[1], '4102444800000'); return redis.call('PEXPIRETIME', KEYS[1])", "4102444800000")]
    [TestCase("return redis.call('ZADD', KEYS[1], 1700000000123, 'a', 2, 'b')", "2")]
    [TestCase("redis.call('ZADD', KEYS[1], 1700000000123, 'a'); return redis.call('ZSCORE', KEYS[1], 'a')", "1700000000123")]
    [TestCase("return redis.call('ZSCORE', KEYS[1], 'a') == false", "1")]
    [TestCase("redis.call('ZADD', KEYS[1], 3, 'a'); return redis.call('ZADD', KEYS[1], 'GT', 'CH', 2, 'a')", "0")]
    [TestCase("redis.call('ZADD', KEYS[1], 1, 'a', 2, 'b', 3, 'c'); return table.concat(redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES'), ' ')", "a 1 b 2 c 3")]
    [TestCase("redis.call('ZADD', KEYS[1], 1, 'a', 2, 'b', 3, 'c'); return table.concat(redis.call('ZRANGE', KEYS[1], '(1', '+inf', 'BYSCORE', 'LIMIT', 0, 1), ' ')", "b")]
    [TestCase("redis.call('ZADD', KEYS[1], 1, 'a', 2, 'b', 3, 'c'); return table.concat(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(3', 'LIMIT', 0, 9), ' ')", "a b")]
    [TestCase("redis.call('ZADD', KEYS[1], 1, 'a', 2, 'b'); return redis.call('ZCARD', KEYS[1]) + redis.call('ZCARD', KEYS[2])", "2")]
    [TestCase("redis.call('ZADD', KEYS[1], 1, 'a', 2, 'b', 3, 'c'); return redis.call('ZCOUNT', KEYS[1], 2, '+inf')", "2")]
    [TestCase("redis.call('ZADD', KEYS[1], 1, 'a', 2, 'b'); return redis.call('ZREM', KEYS[1], 'a', 'z')", "1")]
    [TestCase("redis.call('ZADD', KEYS[1], 1, 'a', 2, 'b'); redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', 2); return redis.call('EXISTS', KEYS[1])", "0")]
    [TestCase("return redis.call('HSET', KEYS[1], 'f', 1, 'g', 'two')", "2")]
    [TestCase("redis.call('HSET', KEYS[1], 'f', 1700000000123); return redis.call('HGET', KEYS[1], 'f')", "1700000000123")]
    [TestCase("redis.call('HSET', KEYS[1], 'f', 'x'); local r = redis.call('HMGET', KEYS[1], 'f', 'g'); return r[1] .. tostring(r[2]) .. #r", "xfalse2")]
    [TestCase("return #redis.call('HMGET', KEYS[1], 'f', 'g')", "2")]
    [TestCase("redis.call('HSET', KEYS[1], 'f', 'x'); return table.concat(redis.call('HGETALL', KEYS[1]), '=')", "f=x")]
    [TestCase("return #redis.call('HGETALL', KEYS[1])", "0")]
    [TestCase("redis.call('HSET', KEYS[1], 'n', 3); return redis.call('HINCRBY', KEYS[1], 'n', 4)", "7")]
    [TestCase("redis.call('HSET', KEYS[1], 'f', 'x'); redis.call('HDEL', KEYS[1], 'f', 'g'); return redis.call('EXISTS', KEYS[1])", "0")]
    [TestCase("redis.call('RPUSH', KEYS[1], 'a', 'b', 'c'); redis.call('LTRIM', KEYS[1], -2, -1); return table.concat(redis.call('LRANGE', KEYS[1], 0, -1), ' ')", "b c")]
    [TestCase("redis.call('RPUSH', KEYS[1], 'a', 'b'); return redis.call('LLEN', KEYS[1])", "2")]
    [TestCase("local t = redis.call('TIME'); return #t == 2 and type(t[1]) == 'string' and tonumber(t[1]) > 1700000000", "1")]
    [TestCase("return redis.call('PUBLISH', 'nobody', 'm')", "0")]
    [TestCase("return cjson.encode({ a = 1, b = { 'x', true } }) ~= nil and cjson.decode('{\"a\":{\"b\":[1,2]}}').a.b[2]", "2")]
    [TestCase("return redis.sha1hex('x')", "11f6ad8ec52a2984abaafd7c3b516503785c2072")]
    [TestCase("local t = {} for i = 1, 5000 do t[i] = 'm' .. i end return redis.call('RPUSH', KEYS[1], unpack(t))", "5000")]
    [TestCase("redis.call('HSET', KEYS[1], 'f', '\\0\\1\\255'); return redis.call('HGET', KEYS[1], 'f') == '\\0\\1\\255'", "1")]
    public async Task ScriptEvaluateAsync_CommandOfTheLeaseStore_AnswersAsRedis(string script, string expected)
    {
        var answer = await _database.ScriptEvaluateAsync(script, ["{b}k1", "{b}k2"]);

        Assert.That(answer.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public async Task ScriptEvaluateAsync_ManyConnections_TakeTurnsWhateverKeysTheyDeclare()
    {
        const int Connections = 6, Each = 200;
        var work = new List<Task>();
        for (var i = 0; i < Connections; i++) work.Add(CountAsync(i));

        await Task.WhenAll(work);

        Assert.That((int)await _database.StringGetAsync("{b}count"), Is.EqualTo(Connections * Each));

        async Task CountAsync(int which)
        {
            await using var connection = await ConnectAsync();
            for (var n = 0; n < Each; n++) await connection.GetDatabase().ScriptEvaluateAsync(ReadThenWrite, [$"{{b}}own{which}"], ["{b}count"]);
        }
    }

    [Test]
    public async Task Pipeline_ReadsAndWritesMixed_AnswersComeInOrder()
    {
        var answers = new List<Task<RedisResult>>();
        for (var n = 1; n <= 2_000; n++)
            answers.Add(n % 3 == 0 ? _database.ExecuteAsync("ECHO", n) : _database.ScriptEvaluateAsync("redis.call('INCR', KEYS[1]) return ARGV[1]", ["c"], [n]));

        var read = await Task.WhenAll(answers);

        Assert.That(read.Select(answer => (int)answer), Is.EqualTo(Enumerable.Range(1, 2_000)));
    }

    [Test]
    public async Task ScriptEvaluateAsync_LargeReply_ArrivesWhole()
    {
        var reply = (string?)await _database.ScriptEvaluateAsync("redis.call('SET', KEYS[1], '1') return string.rep('x', 3000000)", ["k"]);

        Assert.That(reply, Has.Length.EqualTo(3_000_000).And.Matches("^x+$"));
    }

    [Test]
    public async Task ScriptEvaluateAsync_AfterScriptFlush_LoadsTheScriptAgain()
    {
        Assert.That((int)await _database.ScriptEvaluateAsync("return 7", ["k"]), Is.EqualTo(7));
        await _database.ExecuteAsync("SCRIPT", "FLUSH");

        Assert.That((int)await _database.ScriptEvaluateAsync("return 7", ["k"]), Is.EqualTo(7));
    }

    [Test]
    public async Task SubscribeAsync_PublishedFromAScript_WakesTheSubscriber()
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var subscriber = await ConnectAsync();
        await subscriber.GetSubscriber().SubscribeAsync(RedisChannel.Literal("wake"), (_, message) => heard.TrySetResult(message.ToString()));

        await _database.ScriptEvaluateAsync("redis.call('SET', KEYS[1], '1') return redis.call('PUBLISH', 'wake', 'up')", ["k"]);

        Assert.That(await heard.Task.WaitAsync(TimeSpan.FromSeconds(20)), Is.EqualTo("up"));
    }

    private Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
    {
        EndPoints = { _store.EndPoint },
        AllowAdmin = true,
        AsyncTimeout = 20_000,
        ConnectTimeout = 20_000,
    });
}
