using CredBroker.Attestation;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.JoinTokens;

/// <summary>
/// Proves a workload once, by a secret that an operator made for it. <c>docs/attestors/join_token.md</c> lists what is verified and
/// every refusal.
/// </summary>
internal sealed class JoinTokenAttestor(
    JoinTokenFile file, IOptions<JoinTokenOptions> options, TimeProvider time, ILogger<JoinTokenAttestor> logger) : IAttestor
{
    public const string AttestorName = "join_token";

    private readonly EvidenceGuard _guard = new("join token", logger);

    public string Name => AttestorName;

    public ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken) =>
        _guard.RunAsync(() => ValueTask.FromResult(Verify(evidence)), cancellationToken);

    private AttestedSubject Verify(Evidence evidence)
    {
        if (!JoinToken.TryParse(evidence.Payload.Span, out var token)) throw new EvidenceFault("it is not of the form of a join token");
        var known = file.Find(token) ?? throw new EvidenceFault("it is not known here");
        var life = known.ExpiresAt - time.GetUtcNow();
        if (life <= TimeSpan.Zero) throw new EvidenceFault("it is expired");
        if (life > options.Value.MaxLifetime) throw new EvidenceFault("it lives longer than this server accepts");

        var use = SingleUse.Of(AttestorName, token.Hash, known.ExpiresAt) with { Key = evidence.Possession?.Key.Text ?? "" };
        return new AttestedSubject(AttestorName, $"join://{known.Name}", [$"join:name:{known.Name}"], token.Hash, known.ExpiresAt) { Use = use };
    }
}
