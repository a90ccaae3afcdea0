using CredBroker.Attestation;
using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Policy;
using CredBroker.Tasks;
using Microsoft.Extensions.Logging;

namespace CredBroker.Issuance;

/// <summary>Writes the line of a refusal before the caller hears of it. A refusal stands whether or not its line could be written.</summary>
public sealed partial class RefusalAudit(IAuditLog audit, IRefusalWatch watch, TimeProvider time, ILogger<RefusalAudit> logger)
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

    /// <summary>
    /// Counts the refusal of a task, records it, and answers with what the task hears: what it was refused, or that it is in quarantine. The
    /// task is the one of the token that was presented; null = nobody has proved anything, and nothing is counted.
    /// </summary>
    public async Task<RefusedException> JudgeAsync(
        string verb, AgentTask? task, RefusedException refusal, AuditActor actor, (string? Task, string? Subject) about, CancellationToken cancellationToken)
    {
        var told = task is not null && await watch.NoteAsync(AsRefused(task), refusal.Reason, refusal.IsOfBound) is { } quarantine ? quarantine.ToRefusal() : refusal;
        await RecordAsync(verb, actor, told, about.Task, about.Subject, cancellationToken);
        return told;
    }

    /// <summary>Counts what a task was denied; returns the quarantine that it, or its workload, was in before, and null where it was in none.</summary>
    public Task<Quarantine?> CountAsync(AgentTask task, ErrorReason reason) => watch.NoteAsync(AsRefused(task), reason, isOfBound: false);

    /// <summary>Refuses where a task, one above it, or its workload is in quarantine.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.Quarantined"/>.</exception>
    public Task RequireFreeAsync(AgentTask task, CancellationToken cancellationToken) => watch.RequireFreeAsync(AsRefused(task), cancellationToken);

    private static RefusedTask AsRefused(AgentTask task) => new(task.Id, task.Ancestors, task.TokenHash, task.Tenant, task.Subject)
    {
        Attestor = task.Attestor,
        Selectors = task.Selectors,
    };

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
