using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>One line for each wrong setting.</summary>
internal sealed class SpiffeJwtOptionsValidator : IValidateOptions<SpiffeJwtOptions>
{
    public ValidateOptionsResult Validate(string? name, SpiffeJwtOptions options)
    {
        string[] faults = [.. AudienceFaults(options), .. TrustDomainFaults(options), .. TimeFaults(options)];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> AudienceFaults(SpiffeJwtOptions options)
    {
        for (var i = 0; i < options.Audiences.Count; i++)
            if (string.IsNullOrWhiteSpace(options.Audiences[i])) yield return Fault($"Audiences:{i}", "is empty");
    }

    private static IEnumerable<string> TrustDomainFaults(SpiffeJwtOptions options)
    {
        foreach (var (i, domain) in options.TrustDomains.Index())
        {
            foreach (var (setting, fault) in domain.Faults()) yield return Fault($"TrustDomains:{i}:{setting}", fault);
            if (options.TrustDomains.Take(i).Any(other => other.Name == domain.Name)) yield return Fault($"TrustDomains:{i}:Name", $"names {domain.Name} a second time");
        }
    }

    private static IEnumerable<string> TimeFaults(SpiffeJwtOptions options)
    {
        if (options.ClockSkew < TimeSpan.Zero || options.ClockSkew > TimeSpan.FromSeconds(30))
            yield return Fault("ClockSkew", "is not between 00:00:00 and 00:00:30");
        if (options.MaxLifetime < TimeSpan.FromMinutes(1) || options.MaxLifetime > TimeSpan.FromHours(24))
            yield return Fault("MaxLifetime", "is not between 00:01:00 and 1.00:00:00");
        if (options.LastGoodFor < TimeSpan.FromMinutes(1) || options.LastGoodFor > TimeSpan.FromDays(7))
            yield return Fault("LastGoodFor", "is not between 00:01:00 and 7.00:00:00");
    }

    private static string Fault(string setting, string what) => $"{SpiffeJwtOptions.SectionName}:{setting} {what}.";
}
