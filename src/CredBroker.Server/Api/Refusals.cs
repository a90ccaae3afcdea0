using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;

namespace CredBroker.Server.Api;

/// <summary>Refusals as callers get them: <c>google.rpc.Status</c> with a code, a sentence and the reason.</summary>
internal static class Refusals
{
    private const string Domain = "credbroker";

    /// <summary>What may stand in the details, for JSON.</summary>
    public static TypeRegistry Details { get; } = TypeRegistry.FromMessages(ErrorInfo.Descriptor, RetryInfo.Descriptor, BadRequest.Descriptor);

    public static Google.Rpc.Status StatusOf(RefusedException refusal)
    {
        var status = new Google.Rpc.Status { Code = (int)RefusalCodes.Of(refusal.Reason), Message = refusal.Message };
        var info = new ErrorInfo { Reason = ReasonName.Of(refusal.Reason), Domain = Domain };
        info.Metadata.Add(refusal.Metadata.ToDictionary());
        Add(status, info);
        if (refusal.RetryAfter is { } after) Add(status, new RetryInfo { RetryDelay = Duration.FromTimeSpan(after) });
        if (refusal.Violations.Count > 0)
        {
            var bad = new BadRequest();
            bad.FieldViolations.AddRange(refusal.Violations.Select(
                violation => new BadRequest.Types.FieldViolation { Field = violation.Field, Description = violation.Description }));
            Add(status, bad);
        }

        return status;
    }

    private static void Add(Google.Rpc.Status status, IMessage detail) => status.Details.Add(Any.Pack(detail));
}
