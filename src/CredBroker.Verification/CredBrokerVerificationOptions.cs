using System.ComponentModel.DataAnnotations;
using CredBroker.Verification.Revocation;
using Microsoft.AspNetCore.Authentication;

namespace CredBroker.Verification;

/// <summary>How a service verifies the broker's access tokens. Checked when the host starts.</summary>
public sealed class CredBrokerVerificationOptions : AuthenticationSchemeOptions
{
    /// <summary>Where the settings usually stand.</summary>
    public const string SectionName = "Broker";

    /// <summary>The broker's HTTP address, where discovery and keys are. HTTPS, or loopback unless <see cref="AllowPlaintext"/>.</summary>
    [Required]
    public Uri? Authority { get; set; }

    /// <summary>The exact <c>iss</c> of the tokens and of the discovery document; unset = <see cref="Authority"/> without a closing slash.</summary>
    public string? Issuer { get; set; }

    /// <summary>This service's own name: the exact and only <c>aud</c> of a token.</summary>
    [Required]
    public string Audience { get; set; } = "";

    /// <summary>The broker's gRPC address, where the revocation feed is. May be unset only under <see cref="FeedPolicy.Accept"/>.</summary>
    public Uri? BrokerAddress { get; set; }

    /// <summary>A file with this service's own evidence, read anew for each connection. Give this or <see cref="Evidence"/>.</summary>
    public string? EvidenceFile { get; set; }

    /// <summary>Gives this service's own evidence, asked anew for each connection. Give this or <see cref="EvidenceFile"/>.</summary>
    public Func<CancellationToken, ValueTask<string>>? Evidence { get; set; }

    /// <summary>The broker's attestor that reads the evidence.</summary>
    [Required]
    public string EvidenceAttestor { get; set; } = "spiffe_jwt";

    /// <summary>What happens while the feed is not whole or too old.</summary>
    public FeedPolicy FeedPolicy { get; set; } = FeedPolicy.Refuse;

    /// <summary>How old the feed may be. 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MaxFeedAge { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How far this machine's clock and the broker's may differ before the feed counts as that much older. 0 to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan MaxClockDifference { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the keys are read anew. 10 s to 1 d.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan KeyRefreshInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The least time between two reads of the keys because a token named an unknown one. 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan UnknownKeyInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the last keys that were read stay good while the broker does not answer. 1 min to 30 d.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan MaxKeyAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How many good tokens are remembered, so that a second use costs no signature check. 0 = none.</summary>
    [Range(0, 1_000_000)]
    public int KnownTokens { get; set; } = 10_000;

    /// <summary>How many revoked leases are held; beyond it the service can no longer tell, and <see cref="FeedPolicy"/> decides.</summary>
    [Range(1_000, 50_000_000)]
    public int MaxRevokedLeases { get; set; } = 1_000_000;

    /// <summary>
    /// Under which addresses callers know this service, scheme and authority, for the proofs of tokens that are bound to a DPoP key. None = that
    /// of <see cref="Audience"/> where it is an https address.
    /// </summary>
    public IList<Uri> Addresses { get; } = [];

    /// <summary>How old a DPoP proof may be. 5 s to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:05:00")]
    public TimeSpan MaxProofAge { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Allows <c>http</c> to hosts other than loopback, where something else protects the way.</summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>Last word on the connections to the broker, for example a private certificate authority.</summary>
    public Action<SocketsHttpHandler>? ConfigureTransport { get; set; }

    internal string ExpectedIssuer => Issuer ?? Authority!.OriginalString.TrimEnd('/');
}
