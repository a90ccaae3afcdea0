namespace CredBroker.Tokens;

/// <summary>Puts a ring into the store.</summary>
/// <param name="Expected">The version that it takes the place of; null = there is none yet.</param>
/// <param name="Ring">The ring.</param>
/// <param name="Withdrawn">Ids of withdrawn keys, for verifiers to be told of.</param>
/// <param name="Keep">How long those are told of.</param>
public sealed record KeyRingPut(string? Expected, StoredKeyRing Ring, IReadOnlyList<string> Withdrawn, TimeSpan Keep)
{
    /// <summary>It takes keys away, so it must not wait until the clocks of broker and store agree.</summary>
    public bool WhateverTheClocksSay { get; init; }
}
