using CredBroker.Client.Operators;

namespace CredBroker.Cli.Responding;

/// <summary>An order as lines of name and value.</summary>
internal static class OrderLines
{
    public static IReadOnlyList<(string Name, string? Value)> Of(RevocationOrder order) =>
    [
        ("order", order.Id),
        ("state", order.State.ToString().ToLowerInvariant()),
        ("matches", string.Join(" OR ", order.Selectors)),
        ("reason", order.Reason),
        ("ordered by", order.OrderedBy),
        ("ordered at", $"{order.OrderedAt:u}"),
        ("done at", order.DoneAt is { } at ? $"{at:u}" : null),
        ("fence", order.FenceId),
        ("fenced", $"{order.Fenced}"),
        ("token dead", $"{order.Dead}"),
        ("confirmed at the backend", $"{order.Confirmed}"),
        ("unconfirmed", $"{order.Unconfirmed}"),
        ("could not be revoked", $"{order.Irrevocable}"),
    ];
}
