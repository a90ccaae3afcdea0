using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Tasks;
using Google.Protobuf.WellKnownTypes;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Api.Wire;

/// <summary>Writes the domain's words as protocol messages.</summary>
internal static class Write
{
    public static V1.AgentTask Task(AgentTask task)
    {
        var wire = new V1.AgentTask
        {
            Id = task.Id.Value,
            TaskRef = task.TaskRef ?? "",
            ParentId = task.ParentId?.Value ?? "",
            Workload = new V1.WorkloadIdentity
            {
                Subject = task.Subject,
                Attestor = task.Attestor,
                Tenant = task.Tenant,
                Kind = (V1.WorkloadKind)task.Kind,
            },
            Purpose = task.Purpose,
            Intent = task.Intent,
            State = (V1.TaskState)task.State,
            OpenedAt = Instant(task.OpenedAt),
            Deadline = Instant(task.Deadline),
            HeartbeatDeadline = Instant(task.HeartbeatDeadline),
            HeartbeatInterval = Duration.FromTimeSpan(task.HeartbeatInterval),
            EndedAt = Instant(task.EndedAt),
            EndReason = (V1.EndReason)task.EndReason,
            Outcome = task.Outcome ?? "",
        };
        wire.Workload.Selectors.AddRange(task.Selectors);
        wire.Labels.Add(task.Labels.ToDictionary());
        return wire;
    }

    public static V1.Lease Lease(Lease lease)
    {
        var terms = lease.Terms;
        var wire = new V1.Lease
        {
            Id = lease.Id.Value,
            TaskId = terms.TaskId.Value,
            Template = terms.Template,
            TemplateVersion = terms.TemplateVersion,
            Target = terms.Target,
            Sensitivity = (V1.Sensitivity)terms.Sensitivity,
            State = (V1.LeaseState)lease.State,
            IssuedAt = Instant(lease.IssuedAt),
            ExpiresAt = Instant(lease.ExpiresAt),
            MaxExpiresAt = Instant(lease.MaxExpiresAt),
            Renewable = terms.Renewable,
            Revocability = (V1.Revocability)terms.Revocability,
            ConfirmedAt = Instant(lease.ConfirmedAt),
            EndReason = (V1.EndReason)lease.EndReason,
            SupersededBy = lease.SupersededBy?.Value ?? "",
            PolicyVersion = terms.PolicyVersion,
            Backend = terms.Backend,
            Workload = terms.Workload,
        };
        wire.Policies.AddRange(terms.Policies);
        wire.Capabilities.AddRange(Capabilities(terms.Capabilities));
        return wire;
    }

    public static IEnumerable<V1.Capability> Capabilities(Capabilities capabilities)
    {
        if (capabilities.HasFlag(CredBroker.Capabilities.Read)) yield return V1.Capability.Read;
        if (capabilities.HasFlag(CredBroker.Capabilities.Write)) yield return V1.Capability.Write;
        if (capabilities.HasFlag(CredBroker.Capabilities.Delegate)) yield return V1.Capability.Delegate;
    }

    public static V1.Credential Credential(Credential credential)
    {
        var wire = new V1.Credential
        {
            ExpiresAt = Instant(credential.ExpiresAt),
            Revocability = (V1.Revocability)credential.Revocability,
        };
        switch (credential)
        {
            case AccessTokenCredential token:
                wire.AccessToken = new V1.Credential.Types.AccessToken
                {
                    Value = token.Reveal(),
                    TokenType = token.TokenType,
                    Audience = token.Audience,
                    Scope = token.Scope,
                };
                break;
            case SecretCredential secret:
                wire.Secret = new V1.Credential.Types.Secret();
                wire.Secret.Values.Add(secret.Reveal().ToDictionary());
                break;
            default:
                throw new InvalidOperationException("A backend made a credential that the protocol cannot carry.");
        }

        return wire;
    }

    public static V1.TaskReceipt Receipt(CredBroker.Revocation.TaskReceipt receipt)
    {
        var wire = new V1.TaskReceipt
        {
            TaskId = receipt.TaskId.Value,
            Total = receipt.Total,
            Confirmed = receipt.Confirmed,
            Pending = receipt.Pending,
            Irrevocable = receipt.Irrevocable,
            EndedAt = Instant(receipt.EndedAt),
            ChildTasks = receipt.ChildTasks,
        };
        wire.Leases.AddRange(receipt.Leases.Select(lease => new V1.LeaseReceipt
        {
            LeaseId = lease.Id.Value,
            Template = lease.Terms.Template,
            State = (V1.LeaseState)lease.State,
            Revocability = (V1.Revocability)lease.Terms.Revocability,
            ConfirmedAt = Instant(lease.ConfirmedAt),
        }));
        return wire;
    }

    public static Timestamp Instant(DateTimeOffset value) => Timestamp.FromDateTimeOffset(value);

    public static Timestamp? Instant(DateTimeOffset? value) => value is { } instant ? Instant(instant) : null;
}
