using CredBroker.Templates;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Hosting;

/// <summary>Turns what stops a start into lines for the person who started it.</summary>
internal static class StartFaults
{
    /// <summary>One line for each fault; null where the exception is no fault of the settings.</summary>
    public static IReadOnlyList<string>? Describe(Exception exception) => exception switch
    {
        OptionsValidationException options => [.. options.Failures],
        StartRefusedException refused => refused.Message.Split('\n'),
        CatalogueException catalogue => catalogue.Message.Split('\n'),
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } inUse => [inUse.Message],
        AggregateException { InnerExceptions: { Count: > 0 } inner } => inner.Select(Describe).Aggregate(
            (IReadOnlyList<string>?)[], (all, one) => all is null || one is null ? null : [.. all, .. one]),
        _ => null,
    };
}
