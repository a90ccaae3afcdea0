using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Testing.Vault;

/// <summary>How a <see cref="VaultDouble"/> is set up.</summary>
public sealed record VaultDoubleSettings
{
    /// <summary>Its clock; a fake one lets a test travel through TTLs.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>TTL where nobody asks for one.</summary>
    public TimeSpan DefaultLeaseTtl { get; init; } = TimeSpan.FromHours(768);

    /// <summary>The longest that anything lives.</summary>
    public TimeSpan MaxLeaseTtl { get; init; } = TimeSpan.FromHours(768);

    /// <summary>What <c>sys/leases/revoke</c> does where the request does not say: the documentation and the code differ.</summary>
    public bool RevokesInSyncByDefault { get; init; } = true;

    /// <summary>Listens with TLS and this certificate.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether calls are recorded.</summary>
    public bool Records { get; init; } = true;
}
