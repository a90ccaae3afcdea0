using Microsoft.Extensions.Options;

namespace CredBroker.Client.Internal;

/// <summary>What options must hold. One line per fault, all at once.</summary>
internal sealed class OptionsRules : IValidateOptions<CredBrokerOptions>
{
    public ValidateOptionsResult Validate(string? name, CredBrokerOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    public static void ThrowIfBroken(CredBrokerOptions options)
    {
        var faults = Faults(options).ToList();
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults));
    }

    /// <summary>Whether a token may be sent to an address.</summary>
    public static bool MayCarryTokens(Uri address, bool allowPlaintext) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && (allowPlaintext || address.IsLoopback));

    private static IEnumerable<string> Faults(CredBrokerOptions options)
    {
        if (!Uri.TryCreate(options.Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            yield return "CredBroker:Address must be an absolute http:// or https:// address.";
        else if (!MayCarryTokens(address, options.AllowPlaintext))
            yield return "CredBroker:Address may use http:// on this machine only; use https://, or set CredBroker:AllowPlaintext.";
        if (options.CaFile is not null && !File.Exists(options.CaFile)) yield return "CredBroker:CaFile names no file.";
        if (string.IsNullOrWhiteSpace(options.Attestor)) yield return "CredBroker:Attestor must be set.";
        if (options.CallTimeout < TimeSpan.FromSeconds(1) || options.CallTimeout > TimeSpan.FromMinutes(2))
            yield return "CredBroker:CallTimeout must lie between 1 second and 2 minutes.";
        if (!Enum.IsDefined(options.ProofOfPossession)) yield return "CredBroker:ProofOfPossession must be WhenAsked, Always or Never.";
        if (options.Purpose is not null && string.IsNullOrWhiteSpace(options.Purpose)) yield return "CredBroker:Purpose must not be blank.";
    }
}
