using CredBroker.Attestation;
using CredBroker.Audit;
using CredBroker.Policy;
using Microsoft.Extensions.Logging;

namespace CredBroker.Issuance;

/// <summary>Writes the line of a refusal before the caller hears of it. A refusal stands whether or not its line could be written.</summary>
public sealed partial class RefusalAudit(IAuditLog audit, TimeProvider time, ILogger<RefusalAudit> logger)
{
    /// <summary>In the metadata of a refusal: whose the evidence was, where it was somebody's.</summary>
    private static readonly string[] Facts =
    [
        PolicyDecision.PolicyVersionFact, PolicyDecision.PoliciesFact, AttestedSubject.AttestorFact, AttestedSubject.SubjectFact, AttestedSubject.DigestFact,
    ];

    /// <summary>
    /// Records who was refused what, and why; a refusal that has been recorded on its way is not recorded again. One for asking too
    /// often is not recorded at all: whoever floods the broker would flood its audit trail.
    /// </summary>
    public async Task RecordAsync(string verb, AuditActor actor, RefusedException refusal, string? taskId, string? subject, CancellationToken cancellationToken)
    {
        if (refusal.IsRecorded || refusal.Reason is ErrorReason.RateLimited) return;
        refusal.IsRecorded = true;
        try
        {
            await audit.AppendAsync(
                new AuditEvent
                {
                    Type = AuditEventType.Refused,
                    Time = time.GetUtcNow(),
                    Actor = actor,
                    TaskId = taskId,
                    Reason = ReasonName.Of(refusal.Reason),
                    Message = refusal.Message,
                    // Anybody can put words into a request; what nobody is known to have said is not kept.
                    Details = Details(verb, actor == AuditActor.Unknown ? null : subject, refusal),
                },
                cancellationToken);
        }
        catch (RefusedException exception)
        {
            LogUnwritten(logger, exception, verb);
        }
    }

    private static Dictionary<string, string> Details(string verb, string? subject, RefusedException refusal)
    {
        var details = new Dictionary<string, string> { ["verb"] = verb };
        if (subject is not null) details["subject"] = subject;
        foreach (var fact in Facts)
        {
            if (refusal.Metadata.TryGetValue(fact, out var value)) details[fact] = value;
        }

        foreach (var (name, value) in refusal.Noted) details.TryAdd(name, value);
        return details;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A refusal of {Verb} could not be written to the audit trail")]
    private static partial void LogUnwritten(ILogger logger, Exception exception, string verb);
}
