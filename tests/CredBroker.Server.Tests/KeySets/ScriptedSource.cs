using CredBroker.Server.KeySets;

namespace CredBroker.Server.Tests.KeySets;

/// <summary>A source that says what it is told to say, and counts how often it is asked.</summary>
internal sealed class ScriptedSource : IKeySource
{
    private int _reads;

    public Func<Task<byte[]>> Answer { get; set; } = () => Task.FromException<byte[]>(new InvalidDataException("there is nothing"));

    public int Reads => Volatile.Read(ref _reads);

    public string Place => "somewhere";

    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return await Answer();
    }

    public void Dispose()
    {
    }
}
