using CredBroker.Attestation;

namespace CredBroker.Server.Attestation.Limits;

/// <summary>How often each replica attests workloads, per second and at once; 0 per second = no limit.</summary>
public sealed class AttestationLimitOptions
{
    /// <summary>Where they stand in the configuration.</summary>
    public const string SectionName = "Attestation:Limits";

    private const int Most = 1_000_000;

    /// <summary>For each network address, a second; of IPv6 the first 64 bits. 500 when not set.</summary>
    public int PerAddress { get; set; } = 500;

    /// <summary>For each network address, at once; 5000 when not set.</summary>
    public int PerAddressBurst { get; set; } = 5_000;

    /// <summary>For each attested subject, a second; 200 when not set.</summary>
    public int PerSubject { get; set; } = 200;

    /// <summary>For each attested subject, at once; 2000 when not set.</summary>
    public int PerSubjectBurst { get; set; } = 2_000;

    internal AttestationLimits ToLimits(TimeProvider time) => new()
    {
        PerAddress = PerAddress == 0 ? null : new RateLimit(time, PerAddress, PerAddressBurst),
        PerSubject = PerSubject == 0 ? null : new RateLimit(time, PerSubject, PerSubjectBurst),
    };

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach (var (name, value) in new[] { (nameof(PerAddress), PerAddress), (nameof(PerSubject), PerSubject) })
            if (value is < 0 or > Most) yield return $"{SectionName}:{name} must be from 0 to {Most}.";
        foreach (var (name, value) in new[] { (nameof(PerAddressBurst), PerAddressBurst), (nameof(PerSubjectBurst), PerSubjectBurst) })
            if (value is < 1 or > Most) yield return $"{SectionName}:{name} must be from 1 to {Most}.";
    }
}
