using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation.AwsIam;

/// <summary>Settings of the <c>aws_iam</c> attestor. Changing them takes a restart.</summary>
public sealed class AwsIamOptions
{
    /// <summary>Where they stand in the configuration.</summary>
    public const string SectionName = "Attestation:AwsIam";

    /// <summary>The endpoint when none is set.</summary>
    public const string DefaultEndpoint = "https://sts.amazonaws.com";

    private const int AccountDigits = 12;

    /// <summary>The accounts whose principals are accepted, 12 digits each. None = nobody's.</summary>
    public IList<string> Accounts { get; } = [];

    /// <summary>The STS endpoints that may be asked. None = <see cref="DefaultEndpoint"/>.</summary>
    public IList<string> Endpoints { get; } = [];

    /// <summary>Whether the endpoints may be in a private network, as those of a VPC are.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>PEM of the authority of the endpoints' certificates; none = the machine's.</summary>
    public string? CaFile { get; set; }

    /// <summary>Each endpoint as a signed request must name it, to the letter.</summary>
    internal IReadOnlyList<string> Addresses => [.. (Endpoints.Count == 0 ? [DefaultEndpoint] : Endpoints).Select(endpoint => $"{endpoint.TrimEnd('/')}/")];

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach (var (i, account) in Accounts.Index())
            if (account.Length != AccountDigits || !account.All(char.IsAsciiDigit)) yield return $"{SectionName}:{nameof(Accounts)}:{i} must be 12 digits.";
        foreach (var (i, endpoint) in Endpoints.Index())
        {
            if (!RemoteAccess.IsAllowed(endpoint) || new Uri(endpoint) is not { PathAndQuery: "/", Fragment.Length: 0 } uri || $"{endpoint.TrimEnd('/')}/" != uri.AbsoluteUri)
                yield return $"{SectionName}:{nameof(Endpoints)}:{i} must look like {DefaultEndpoint}; http is for this machine alone.";
        }

        if (AuthorityFile.FaultOf(CaFile) is { } fault) yield return $"{SectionName}:{nameof(CaFile)} {fault}.";
    }
}
