namespace CredBroker.Server.Hosting.Tls;

/// <summary>
/// The certificate of the TLS port, and the one that takes its place when the files change. Certificate and key change as a pair: what
/// cannot be read, is no pair, or is past its time never takes the place of what is good.
/// </summary>
internal sealed partial class TlsCertificates(string certificateFile, string keyFile)
{
    private volatile ServerCertificate _current = ServerCertificate.Read(certificateFile, keyFile);
    private string? _fault;

    /// <summary>The one that connections get from now on. Those that are open keep theirs.</summary>
    public ServerCertificate Current => _current;

    /// <summary>Why the files' certificate is not the one that is shown; null where it is.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Reads the files anew.</summary>
    public void Refresh(DateTimeOffset now, ILogger logger)
    {
        try
        {
            var read = ServerCertificate.Read(certificateFile, keyFile);
            if (read.Name != _current.Name) Take(read, now, logger);
            Volatile.Write(ref _fault, null);
        }
        catch (StartRefusedException fault)
        {
            // A swap of both files may be met half-way: it is looked at again soon, and told of once.
            if (Interlocked.Exchange(ref _fault, fault.Message) != fault.Message) LogKept(logger, fault.Message);
        }
    }

    private void Take(ServerCertificate read, DateTimeOffset now, ILogger logger)
    {
        if (read.ExpiresAt <= now && _current.ExpiresAt > now) throw new StartRefusedException($"The TLS certificate of {certificateFile} has expired at {read.ExpiresAt:u}.");
        _current = read;
        LogTaken(logger, read.Leaf.Subject, read.Leaf.Thumbprint, read.ExpiresAt);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The TLS certificate is now {Subject} ({Thumbprint}), good until {ExpiresAt:u}")]
    private static partial void LogTaken(ILogger logger, string subject, string thumbprint, DateTimeOffset expiresAt);

    [LoggerMessage(Level = LogLevel.Error, Message = "The TLS certificate stays as it was: {Fault}")]
    private static partial void LogKept(ILogger logger, string fault);
}
