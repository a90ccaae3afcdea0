using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>The connection, the scripts in the store's dialect, and one place that turns its failures into refusals.</summary>
internal sealed partial class RedisStore(
    StoreConnection connection, IOptions<RedisOptions> options, UnreadableRecords unreadable, TimeProvider time, ILogger<RedisStore> logger,
    StoreMetrics? metrics = null)
{
    private const string Other = "command";

    private readonly ConcurrentDictionary<LuaScript, ScriptText> _texts = new();
    private readonly StoreRetry _retry = new(time);

    public IConnectionMultiplexer Connection => connection.Multiplexer;

    public string Form => connection.Form;

    public RedisOptions Options => options.Value;

    /// <summary>Where what cannot be read is made known.</summary>
    public UnreadableRecords Unreadable => unreadable;

    /// <summary>The broker's clock, for scripts to hold against the store's.</summary>
    public RedisValue Now => Instant.Write(time.GetUtcNow());

    public DateTimeOffset Time => time.GetUtcNow();

    public RedisValue ClockBound => Instant.Write(Options.ClockBound);

    public async Task<ScriptReply> RunAsync(LuaScript script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken)
    {
        var text = TextOf(script);
        var result = await GuardAsync(script.Name, database => EvaluateAsync(database, text, keys, arguments), cancellationToken);
        return new ScriptReply((RedisValue[])result!);
    }

    public Task<T> GuardAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken) => GuardAsync(Other, call, cancellationToken);

    private async Task<T> GuardAsync<T>(string operation, Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = Stopwatch.GetTimestamp();
        try
        {
            var answer = await _retry.RunAsync(call, connection.Database, cancellationToken);
            metrics?.Called(operation, start, isAnswered: true);
            return answer;
        }
        catch (Exception exception) when (IsFault(exception))
        {
            metrics?.Called(operation, start, isAnswered: false);
            LogUnavailable(logger, exception);
            throw Unavailable(exception: exception, madeNothing: StoreRetry.WasNotRun(exception));
        }
    }

    /// <summary>The same without a word about it: null where the store does not answer.</summary>
    public async Task<T?> TryAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = Stopwatch.GetTimestamp();
        try
        {
            var answer = await _retry.RunAsync(call, connection.Database, cancellationToken);
            metrics?.Called(Other, start, isAnswered: true);
            return answer;
        }
        catch (Exception exception) when (IsFault(exception))
        {
            metrics?.Called(Other, start, isAnswered: false);
            return null;
        }
    }

    private static bool IsFault(Exception exception) =>
        exception is RedisException or RedisTimeoutException or RedisCommandException or ObjectDisposedException;

    /// <summary>By its digest; a store that does not know the script is told the text, once for each time that it forgets.</summary>
    private static async Task<RedisResult> EvaluateAsync(IDatabase database, ScriptText script, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await database.ScriptEvaluateAsync(script.Digest, keys, arguments);
        }
        catch (RedisServerException unknown) when (unknown.Kind == RedisErrorKind.NoScript)
        {
            return await database.ScriptEvaluateAsync(script.Text, keys, arguments);
        }
    }

    private ScriptText TextOf(LuaScript script) =>
        _texts.GetOrAdd(script, static (script, shebang) => new ScriptText(script.Text(shebang)), !Options.IsEmbedded);

    public static RefusedException Unavailable(
        string message = "The lease store does not answer; try again.", Exception? exception = null, bool madeNothing = false) =>
        new(ErrorReason.StoreUnavailable, message, exception) { RetryAfter = TimeSpan.FromSeconds(1), MadeNothing = madeNothing };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store did not answer")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);
}
