using System.Security.Cryptography;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>
/// The keys of one trust domain, from its bundle file. <see cref="Refresh"/> reads the file anew; a file that is gone, half-written
/// or rolled back leaves the last good bundle in force, for a bounded time.
/// </summary>
internal sealed partial class TrustDomainKeyring(string name, string file, TimeSpan lastGoodFor, TimeProvider time, ILogger<TrustDomainKeyring> logger)
{
    public const int MaxFileBytes = 1024 * 1024;

    private readonly Lock _refreshing = new();
    private byte[] _digest = [];
    private string _fault = "";
    private volatile State _state = new(null, default);

    /// <summary>The trust domain's name.</summary>
    public string Name => name;

    /// <summary>The bundle in force.</summary>
    /// <exception cref="RefusedException">It was never read, or not for too long.</exception>
    public TrustBundle Current
    {
        get
        {
            var state = _state;
            if (state.Bundle is null) throw SvidRefusal.CannotTell("the bundle of its trust domain has never been read");
            return time.GetUtcNow() - state.ReadAt <= lastGoodFor
                ? state.Bundle
                : throw SvidRefusal.CannotTell("the bundle of its trust domain has not been readable for too long");
        }
    }

    /// <summary>Reads the file. Lets nothing out; faults are logged once, when they begin.</summary>
    public void Refresh()
    {
        lock (_refreshing)
        {
            try
            {
                Take(ReadFile());
                _fault = "";
            }
            catch (Exception e)
            {
                var fault = e is InvalidDataException ? e.Message : e.GetType().Name;
                if (fault != _fault) LogUnreadable(name, file, fault);
                _fault = fault;
            }
        }
    }

    // Opening the path each time follows a swapped symlink, and comparing content sees a change that keeps length and time stamp.
    private byte[] ReadFile()
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        var block = new byte[16 * 1024];
        for (var read = stream.Read(block); read > 0; read = stream.Read(block))
        {
            content.Write(block, 0, read);
            if (content.Length > MaxFileBytes) throw new InvalidDataException("it is larger than 1 MB");
        }

        return content.ToArray();
    }

    private void Take(byte[] content)
    {
        var digest = SHA256.HashData(content);
        var before = _state.Bundle;
        if (before is not null && digest.AsSpan().SequenceEqual(_digest))
        {
            _state = new State(before, time.GetUtcNow());
            return;
        }

        var bundle = TrustBundleReader.Read(content);
        if (before?.Sequence is { } sequence && (bundle.Sequence ?? 0) < sequence)
            throw new InvalidDataException("its 'spiffe_sequence' is smaller than before, or gone");
        _digest = digest;
        _state = new State(bundle, time.GetUtcNow());
        LogTaken(name, bundle.Keys.Count, bundle.Sequence);
        foreach (var fault in bundle.LeftOut) LogLeftOut(name, fault);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Trust domain {TrustDomain} has {Keys} JWT-SVID keys (sequence {Sequence}).")]
    private partial void LogTaken(string trustDomain, int keys, ulong? sequence);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A key of trust domain {TrustDomain} is left out: {Fault}.")]
    private partial void LogLeftOut(string trustDomain, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "The bundle of trust domain {TrustDomain} cannot be taken from {File}: {Fault}. The last good one stays for its time.")]
    private partial void LogUnreadable(string trustDomain, string file, string fault);

    private sealed record State(TrustBundle? Bundle, DateTimeOffset ReadAt);
}
