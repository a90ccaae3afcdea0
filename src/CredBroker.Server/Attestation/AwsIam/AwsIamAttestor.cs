using System.Collections.Frozen;
using System.Security.Cryptography;
using CredBroker.Attestation;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.AwsIam;

/// <summary>
/// Proves principals of AWS by a request to STS that they have signed and the broker makes (<c>GetCallerIdentity</c>).
/// <c>docs/attestors/aws_iam.md</c> lists what is verified and every refusal.
/// </summary>
internal sealed class AwsIamAttestor(SecurityTokenService sts, Challenges challenges, IOptions<AwsIamOptions> options, ILogger<AwsIamAttestor> logger) : IAttestor
{
    public const string AttestorName = "aws_iam";

    private readonly FrozenSet<string> _endpoints = options.Value.Addresses.ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenSet<string> _accounts = options.Value.Accounts.ToFrozenSet(StringComparer.Ordinal);
    private readonly EvidenceGuard _guard = new("signed STS request", logger);

    public string Name => AttestorName;

    public ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken) =>
        _guard.RunAsync(() => VerifyAsync(evidence, cancellationToken), cancellationToken);

    private async ValueTask<AttestedSubject> VerifyAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        var signed = SignedStsRequest.Read(evidence.Payload, _endpoints);
        // What costs nothing comes before STS is asked; the store is told only of what STS has accepted.
        var challenge = challenges.CheckAnswered(signed.Challenge, AttestorName, evidence.Possession?.Key.Thumbprint);
        var principal = await sts.AskAsync(signed, cancellationToken).ConfigureAwait(false);
        if (!_accounts.Contains(principal.Account)) throw new EvidenceFault("its account is not trusted here");
        await challenges.UseUpAsync(challenge, cancellationToken).ConfigureAwait(false);
        var digest = Convert.ToHexStringLower(SHA256.HashData(evidence.Payload.Span));
        return new AttestedSubject(AttestorName, principal.Subject, [.. principal.Selectors()], digest, challenge.ExpiresAt);
    }
}
