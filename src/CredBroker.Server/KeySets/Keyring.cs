using System.Security.Cryptography;
using CredBroker.Server.Jose;

namespace CredBroker.Server.KeySets;

/// <summary>
/// The keys of one owner in memory. They are read in the background; a document that is gone, half-written or rolled back leaves
/// the last good one in force, for a bounded time. However many ask for a key that is not there, one read at most comes of it in
/// each interval, and those who asked meanwhile wait for that one.
/// </summary>
internal sealed partial class Keyring(KeyringTerms terms, IKeySource source, TimeProvider time, ILogger<Keyring> logger)
{
    private readonly Lock _beginning = new();
    private Task _read = Task.CompletedTask;
    private long? _begunAt;
    private byte[] _digest = [];
    private volatile string _fault = "";
    private volatile State _state = new(null, default);

    /// <summary>The keys in force.</summary>
    /// <exception cref="JwtFault">They were never read, or not for too long.</exception>
    public KeySet Current
    {
        get
        {
            var state = _state;
            if (state.Keys is null) throw JwtFault.Undecided($"{terms.Keys} has never been read");
            return IsFresh(state) ? state.Keys : throw JwtFault.Undecided($"{terms.Keys} has not been readable for too long");
        }
    }

    /// <summary>Whose keys they are, for operators.</summary>
    public string Owner => terms.Owner;

    /// <summary>Whether the last try to read them came to nothing.</summary>
    public bool IsUnreadable => _fault.Length > 0;

    /// <summary>Whether there is a key of that id in force now, without reading anything.</summary>
    public bool Knows(string keyId) => Holds(_state, keyId);

    /// <summary>The keys in force, with one of that id among them.</summary>
    /// <exception cref="JwtFault">There is none, or nobody can tell.</exception>
    public async ValueTask<KeySet> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        var state = _state;
        if (Holds(state, keyId)) return state.Keys!;
        if (terms.AskEvery is { } often)
            await Begin(_fault.Length > 0 || state.Keys is null ? terms.RetryEvery : often).WaitAsync(cancellationToken).ConfigureAwait(false);
        var keys = Current;
        if (keys.Keys.ContainsKey(keyId)) return keys;
        // A key that came after the last good state is not known to be nobody's.
        throw _fault.Length > 0 && terms.AskEvery is not null ? JwtFault.Undecided($"its key is not in {terms.Keys} as it was last read") : new JwtFault($"its key is not in {terms.Keys}");
    }

    /// <summary>Begins to read where it is time to. Lets nothing out; faults are logged once, when they begin.</summary>
    public void RefreshWhenDue() =>
        _ = Begin(_fault.Length > 0 ? terms.RetryEvery : _state.Keys is { } keys ? terms.PauseAfter(keys) : TimeSpan.Zero);

    /// <summary>The read that is under way, a new one, or the last one where that began less than a pause ago.</summary>
    private Task Begin(TimeSpan pause)
    {
        lock (_beginning)
        {
            if (!_read.IsCompleted || (_begunAt is { } begun && time.GetElapsedTime(begun) < pause)) return _read;
            _begunAt = time.GetTimestamp();
            return _read = ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            Take(await source.ReadAsync(CancellationToken.None).ConfigureAwait(false));
            _fault = "";
        }
        catch (Exception e)
        {
            var fault = FaultOf(e);
            if (fault != _fault) LogUnreadable(terms.Owner, source.Place, fault);
            _fault = fault;
        }
    }

    private void Take(byte[] content)
    {
        var digest = SHA256.HashData(content);
        var before = _state.Keys;
        if (before is not null && digest.AsSpan().SequenceEqual(_digest))
        {
            _state = new State(before, time.GetTimestamp());
            return;
        }

        var keys = terms.Read(content);
        if (before?.Sequence is { } sequence && (keys.Sequence ?? 0) < sequence)
            throw new InvalidDataException("its 'spiffe_sequence' is smaller than before, or gone");
        _digest = digest;
        _state = new State(keys, time.GetTimestamp());
        LogTaken(terms.Owner, keys.Keys.Count + keys.Roots.Count, keys.Sequence);
        foreach (var fault in keys.LeftOut) LogLeftOut(terms.Owner, fault);
    }

    private bool Holds(State state, string keyId) => state.Keys?.Keys.ContainsKey(keyId) == true && IsFresh(state);

    private bool IsFresh(State state) => time.GetElapsedTime(state.ReadAt) <= terms.LastGoodFor;

    private static string FaultOf(Exception exception) => exception switch
    {
        InvalidDataException => exception.Message,
        // What the connection was refused for comes wrapped.
        { InnerException: InvalidDataException inner } => inner.Message,
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "it is larger than 1 MB",
        HttpRequestException http => $"{exception.GetType().Name} ({http.HttpRequestError})",
        OperationCanceledException => "it takes too long",
        _ => exception.GetType().Name,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Owner} has {Keys} keys (sequence {Sequence}).")]
    private partial void LogTaken(string owner, int keys, ulong? sequence);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Owner}: a key is left out: {Fault}.")]
    private partial void LogLeftOut(string owner, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Owner}: its keys cannot be taken from {Place}: {Fault}. The last good ones stay for their time.")]
    private partial void LogUnreadable(string owner, string place, string fault);

    // By the clock that is never set back: the time of day must not keep a withdrawn key.
    private sealed record State(KeySet? Keys, long ReadAt);
}
