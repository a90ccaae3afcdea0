using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>Decides recorded decisions anew, each at its own time and beside what its task held then.</summary>
internal sealed class ReplayEvaluator
{
    private readonly Moment _moment = new();
    private readonly KnownLeases _held = new();
    private readonly CedarPolicyEvaluator _evaluator;

    public ReplayEvaluator(PolicyLibrary library) => _evaluator = new CedarPolicyEvaluator(
        library, new TemplateBoundsEvaluator(), new HeldLeases(_held), _held, _moment, NullLogger<CedarPolicyEvaluator>.Instance);

    /// <summary>The decision; null where it would depend on what was held, and nobody looked then.</summary>
    public async ValueTask<PolicyDecision?> EvaluateAsync(RecordedDecision recorded, CancellationToken cancellationToken)
    {
        _moment.Now = recorded.Time;
        _held.Leases = recorded.Held ?? [];
        _held.Counted = recorded.Counted;
        var decision = recorded switch
        {
            { Use: { } use } => await _evaluator.EvaluateAsync(use, cancellationToken),
            { Call: { } call } => await _evaluator.EvaluateToolCallAsync(call, cancellationToken),
            _ => await _evaluator.EvaluateOpeningAsync(recorded.Task, recorded.Source, cancellationToken),
        };
        if ((decision.Held is not null && recorded.Held is null) || !recorded.Counted.Covers(decision.Counted)) return null;
        // Whoever agreed then is taken to agree again.
        return recorded.WasApproved && decision.IfApproved is { } approved ? approved : decision;
    }

    private sealed class Moment : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
