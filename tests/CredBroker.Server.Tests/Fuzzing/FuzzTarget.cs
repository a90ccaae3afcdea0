using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.Fuzzing;

/// <summary>Something that reads bytes of strangers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Good">A good input, from which the damaged ones are made. It is shown at the end, and must be taken then.</param>
/// <param name="Take">Shows it an input; true where it takes it.</param>
internal sealed record FuzzTarget(string Name, byte[] Good, Func<byte[], ValueTask<bool>> Take)
{
    /// <summary>Shows a good input at the start: another one where it would be used up, or remembered.</summary>
    public Func<ValueTask<bool>> ShowFirst { get; init; } = () => Take(Good);

    /// <summary>Makes an input.</summary>
    public Func<Random, byte[]> Make { get; init; } = random => random.Next(16) == 0 ? Damage.Rubbish(random) : Damage.Of(Good, random);

    /// <summary>Whether an exception is a refusal; anything else is a fault.</summary>
    public Func<Exception, bool> IsRefusal { get; init; } = _ => false;

    /// <summary>Whether what it takes proves something: then nothing but the good input may be taken.</summary>
    public bool Proves { get; init; }

    /// <summary>Whether an input says the very same as the good one. It is not shown then.</summary>
    public Func<byte[], bool> IsSame { get; init; } = input => input.AsSpan().SequenceEqual(Good);
}
