namespace CredBroker.Server.KeySets;

/// <summary>Where the keys of an owner come from.</summary>
internal interface IKeySource : IDisposable
{
    /// <summary>The path or address, for operators.</summary>
    string Place { get; }

    /// <summary>Reads the document that holds them: bounded in size and time.</summary>
    /// <exception cref="InvalidDataException">It cannot be what it should be; the message says why, for an operator.</exception>
    ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken);
}
