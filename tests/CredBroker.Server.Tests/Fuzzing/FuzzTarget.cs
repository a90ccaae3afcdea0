namespace CredBroker.Server.Tests.Fuzzing;

/// <summary>Something that reads bytes of strangers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Make">Makes an input.</param>
/// <param name="Read">Reads it; true where it was accepted as something that it proves.</param>
/// <param name="IsRefusal">Whether an exception is a refusal; anything else is a fault.</param>
internal sealed record FuzzTarget(string Name, Func<Random, byte[]> Make, Func<byte[], ValueTask<bool>> Read, Func<Exception, bool> IsRefusal);
