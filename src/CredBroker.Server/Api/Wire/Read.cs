using System.Buffers.Text;
using System.Text;
using CredBroker.Attestation;
using CredBroker.Issuance;
using CredBroker.Server.Jose;
using CredBroker.Tasks;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Api.Wire;

/// <summary>Reads protocol messages into the domain's words; what cannot be read is refused with the field's name.</summary>
internal static class Read
{
    private const int MaxKey = 4096;

    public static Capabilities Capabilities(IEnumerable<V1.Capability> wire, string field, Capabilities whenEmpty)
    {
        var all = CredBroker.Capabilities.None;
        foreach (var capability in wire)
        {
            all |= capability switch
            {
                V1.Capability.Read => CredBroker.Capabilities.Read,
                V1.Capability.Write => CredBroker.Capabilities.Write,
                V1.Capability.Delegate => CredBroker.Capabilities.Delegate,
                _ => throw RefusedException.Invalid(field, "names a capability that there is not"),
            };
        }

        return all == CredBroker.Capabilities.None ? whenEmpty : all;
    }

    public static TimeSpan? Duration(Duration? wire, string field)
    {
        if (wire is null) return null;
        if (wire.Nanos is <= -1_000_000_000 or >= 1_000_000_000 || (wire.Seconds < 0 && wire.Nanos > 0) || (wire.Seconds > 0 && wire.Nanos < 0))
            throw RefusedException.Invalid(field, "is not a duration");
        // Beyond what a TimeSpan holds it is too long anyway; the limits say so.
        if (wire.Seconds > 315_576_000_000 || wire.Seconds < -315_576_000_000) throw RefusedException.Invalid(field, "is not a duration");
        var value = wire.ToTimeSpan();
        // Less than nothing stays less than nothing, however little.
        return value == TimeSpan.Zero && wire.Nanos < 0 ? TimeSpan.FromTicks(-1) : value;
    }

    public static DateTimeOffset? Instant(Timestamp? wire, string field)
    {
        if (wire is null) return null;
        try
        {
            return wire.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            throw RefusedException.Invalid(field, "is not an instant");
        }
    }

    public static Sensitivity? Sensitivity(V1.Sensitivity wire, string field) => wire switch
    {
        V1.Sensitivity.Unspecified => null,
        var known when System.Enum.IsDefined(known) => (Sensitivity)known,
        _ => throw RefusedException.Invalid(field, "names a sensitivity that there is not"),
    };

    public static Activity Activity(V1.Activity? wire) => wire is null
        ? throw RefusedException.Invalid("activity", "must be given")
        : new Activity
        {
            Kind = (ActivityKind)wire.Kind,
            At = Instant(wire.At, "activities.at"),
            LeaseId = wire.LeaseId.Length == 0 ? null : LeaseId(wire.LeaseId),
            Subject = wire.Subject,
            Digest = wire.Digest,
            References = wire.References,
        };

    /// <summary>The evidence, with the certificate of the connection that it came by.</summary>
    public static Evidence Evidence(V1.Evidence? wire, ServerCallContext context) => wire is null
        ? throw RefusedException.Invalid("evidence", "must be given")
        : new Evidence(wire.Attestor, wire.Payload.Memory) { PeerCertificate = context.GetHttpContext().Connection.ClientCertificate?.RawDataMemory };

    /// <summary>A public key in JSON (RFC 7517) that a token is to be bound to; empty = none.</summary>
    public static ProofKey? ProofKey(string wire)
    {
        if (wire.Length == 0) return null;
        if (wire.Length > MaxKey || !StrictJson.TryParseObject(Encoding.UTF8.GetBytes(wire), out var json)) throw RefusedException.Invalid("proof_key", "is not a JSON Web Key");
        using (json)
        {
            var key = JwkReader.ReadUnnamed(json.RootElement, out var fault) ?? throw RefusedException.Invalid("proof_key", $"is not a key that can be used: {fault}");
            return new ProofKey(ProofKind.Dpop, Base64Url.EncodeToString(key.Key.ComputeJwkThumbprint()));
        }
    }

    public static LeaseId LeaseId(string wire) => CredBroker.LeaseId.TryParse(wire, out var id)
        ? id
        : throw new RefusedException(ErrorReason.LeaseNotFound, "There is no such lease.");

    public static TaskId? TaskId(string wire)
    {
        if (wire.Length == 0) return null;
        return CredBroker.TaskId.TryParse(wire, out var id) ? id : throw TaskGate.NotFound();
    }

    public static TaskState? TaskState(V1.TaskState wire) => wire switch
    {
        V1.TaskState.Unspecified => null,
        var known when System.Enum.IsDefined(known) => (TaskState)known,
        _ => throw RefusedException.Invalid("state", "names a state that there is not"),
    };

    public static DelegatedTemplate Delegation(V1.Delegation wire) => new(
        wire.Template,
        Capabilities(wire.Capabilities, "delegation.capabilities", CredBroker.Capabilities.Read),
        Duration(wire.MaxTtl, "delegation.max_ttl"));

    public static string? Text(string wire) => wire.Length == 0 ? null : wire;
}
