using CredBroker.Attestation;
using CredBroker.Audit;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>Keeps a task alive, and its attestation fresh where the heartbeat brings evidence of the same workload.</summary>
public sealed class TaskHeartbeat(TaskGate gate, ITaskStore store, WorkloadAttestation attestation, IAuditLog audit, RefusalAudit refusals, TimeProvider time)
{
    /// <summary>Moves the heartbeat deadline.</summary>
    /// <exception cref="RefusedException">As <c>TaskService.Heartbeat</c> documents.</exception>
    public async Task<HeartbeatOutcome.Extended> BeatAsync(TaskToken token, Evidence? evidence, CancellationToken cancellationToken)
    {
        var (known, reattested) = evidence is null ? (token, null) : (await ReattestAsync(token, evidence, cancellationToken), token);
        return await store.HeartbeatAsync(known, reattested, cancellationToken) switch
        {
            HeartbeatOutcome.Extended extended => extended,
            HeartbeatOutcome.Over => throw new RefusedException(ErrorReason.TaskEnded, "The task is over."),
            _ => throw TaskGate.Invalid(),
        };
    }

    private static RefusedException OfAnother(WorkloadIdentity identity) =>
        new(ErrorReason.AttestationFailed, "The fresh evidence is another workload's; the task has been sealed.")
        {
            Metadata = AttestedSubject.Facts(identity.Attestor, identity.Subject, identity.EvidenceDigest),
        };

    /// <summary>Attests the workload again. Fresh evidence may come with a new key, for keys are rotated too; answers with the token as the task has it.</summary>
    private async Task<TaskToken> ReattestAsync(TaskToken token, Evidence evidence, CancellationToken cancellationToken)
    {
        var task = await gate.ReadHolderAsync(token, cancellationToken);
        var actor = new AuditActor(ReasonName.Of(task.Kind), task.Subject, task.Tenant);
        try
        {
            // What is bound to a key stays bound to one.
            if (task.Key is not null && token.Key is null) throw TaskGate.Invalid();
            var identity = await attestation.AttestAsync(evidence, cancellationToken);
            if (identity.Subject != task.Subject || identity.Attestor != task.Attestor || identity.Tenant != task.Tenant)
            {
                // Somebody else holds the token: nothing more may come of this task, and whoever expires things revokes its leases at once.
                await store.SealAsync(new SealRequest(task.Id, EndReason.HeartbeatLost) { ResumeAfter = TimeSpan.Zero }, cancellationToken);
                throw OfAnother(identity);
            }

            await audit.AppendAsync(
                new AuditEvent
                {
                    Type = AuditEventType.TaskReattested,
                    Time = time.GetUtcNow(),
                    Actor = actor,
                    TaskId = task.Id.Value,
                    Details = new Dictionary<string, string> { ["evidence_digest"] = identity.EvidenceDigest, ["proof_key"] = token.Key?.Text ?? "" },
                },
                cancellationToken);
            return token.BoundTo(task.Key);
        }
        catch (RefusedException refusal)
        {
            await refusals.RecordAsync("heartbeat", actor, refusal, task.Id.Value, subject: null, cancellationToken);
            throw;
        }
    }
}
