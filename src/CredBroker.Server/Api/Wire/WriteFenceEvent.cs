using CredBroker.Protocol.V1;
using CredBroker.Revocation;
using LeaseSelector = CredBroker.Leases.LeaseSelector;

namespace CredBroker.Server.Api.Wire;

/// <summary>Writes a fence as verifiers can match it: by label hashes alone.</summary>
internal static class WriteFenceEvent
{
    /// <summary>The event; null where labels cannot express the fence, and the revocations of its leases must do.</summary>
    public static FenceEvent? Of(FenceNotice notice)
    {
        if (notice.Fence.NotBefore is not { } notBefore) return null;
        // A single lease is told as such, and a bound on the time of issue is not a label: it moves the instant instead.
        var expressible = notice.Fence.Selectors.Where(selector => selector.LeaseId is null).ToList();
        if (expressible.Count == 0) return null;
        var message = new FenceEvent
        {
            FenceId = notice.Fence.Id.Value,
            NotBefore = Write.Instant(expressible.Max(selector => Until(selector, notBefore))),
            Lifted = notice.Lifted,
        };
        message.Expressions.AddRange(expressible.Where(selector => Until(selector, notBefore) == message.NotBefore.ToDateTimeOffset()).Select(Expression));
        return message.Expressions.Count > 0 ? message : null;
    }

    private static DateTimeOffset Until(LeaseSelector selector, DateTimeOffset notBefore) =>
        selector.IssuedBefore is { } before && before < notBefore ? before : notBefore;

    private static FenceEvent.Types.Expression Expression(LeaseSelector selector)
    {
        var expression = new FenceEvent.Types.Expression { IssuedAfter = Write.Instant(selector.IssuedAfter) };
        expression.Labels.AddRange(selector.ToLabels());
        return expression;
    }
}
