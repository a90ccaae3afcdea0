using System.ComponentModel.DataAnnotations;
using CredBroker.Verification.Revocation;
using Microsoft.Extensions.Options;

namespace CredBroker.Verification;

/// <summary>One clear line per fault, before the first request.</summary>
internal sealed class CredBrokerVerificationOptionsValidator : IValidateOptions<CredBrokerVerificationOptions>
{
    public ValidateOptionsResult Validate(string? name, CredBrokerVerificationOptions options)
    {
        var faults = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true);
        var lines = faults.Select(fault => fault.ErrorMessage!).Concat(Contradictions(options)).Select(line => $"CredBroker verification: {line}").ToList();
        return lines.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(lines);
    }

    private static IEnumerable<string> Contradictions(CredBrokerVerificationOptions options)
    {
        if (!IsAllowed(options.Authority, options)) yield return "Authority must be an absolute https address (http only for loopback, or with AllowPlaintext).";
        if (!IsAllowed(options.BrokerAddress, options)) yield return "BrokerAddress must be an absolute https address (http only for loopback, or with AllowPlaintext).";
        if (options.Addresses.Any(address => !address.IsAbsoluteUri || address.UserInfo.Length > 0 || address.PathAndQuery != "/"))
            yield return "Addresses must be absolute addresses without a path, such as https://orders.example.com.";
        if (options.Issuer is "") yield return "Issuer must not be empty; leave it unset to use the Authority.";
        if (!Enum.IsDefined(options.FeedPolicy)) yield return "FeedPolicy must be Refuse or Accept.";
        if (options.BrokerAddress is null)
        {
            if (options.FeedPolicy != FeedPolicy.Accept) yield return "BrokerAddress is missing; without the revocation feed only FeedPolicy Accept can work.";
            yield break;
        }

        var sources = (options.Evidence is null ? 0 : 1) + (string.IsNullOrEmpty(options.EvidenceFile) ? 0 : 1);
        if (sources != 1) yield return "give exactly one of Evidence and EvidenceFile.";
    }

    /// <summary>Whether the broker may be spoken to under this address.</summary>
    internal static bool IsAllowed(Uri? address, CredBrokerVerificationOptions options)
    {
        if (address is null) return true;
        if (!address.IsAbsoluteUri || address.UserInfo.Length > 0) return false;
        if (address.Scheme == Uri.UriSchemeHttps) return true;
        return address.Scheme == Uri.UriSchemeHttp && (options.AllowPlaintext || address.IsLoopback);
    }
}
