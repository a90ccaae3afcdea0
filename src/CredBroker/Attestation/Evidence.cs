namespace CredBroker.Attestation;

/// <summary>What a workload shows to prove what it is. The payload is a secret: it is never logged or stored.</summary>
/// <param name="Attestor">The name of the attestor that reads it, such as <c>spiffe_jwt</c>.</param>
/// <param name="Payload">The evidence, as that attestor's page says; at most 16 KB.</param>
public sealed record Evidence(string Attestor, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The largest payload that is looked at, in bytes.</summary>
    public const int MaxPayloadBytes = 16 * 1024;

    /// <summary>The certificate, in DER, whose key the caller proved to have when it connected (TLS); null = it showed none. Nobody has looked at who made it.</summary>
    public ReadOnlyMemory<byte>? PeerCertificate { get; init; }

    /// <summary>The key that its bearer proved to hold; null = none.</summary>
    public Possession? Possession { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"Evidence {{ Attestor = {Attestor}, Payload = [{Payload.Length} bytes] }}";
}
