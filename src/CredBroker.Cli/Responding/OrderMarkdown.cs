using System.Text;
using CredBroker.Cli.Output;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Responding;

/// <summary>A report in Markdown, to paste into a ticket.</summary>
internal static class OrderMarkdown
{
    public static string Of(OrderReport report)
    {
        var order = report.Order;
        var text = new StringBuilder();
        text.AppendLine($"# Revocation order {order.Id}").AppendLine();
        Table(text, ["", ""], Facts(order));
        text.AppendLine().AppendLine("## What became of the leases").AppendLine();
        Table(text, ["", "leases"], Counts(order));
        text.AppendLine();
        foreach (var line in OrderVerdict.Of(order)) text.AppendLine($"- {Safe(line)}");
        if (report.NotDead.Count > 0) NotDead(text, report);
        return text.ToString();
    }

    private static IEnumerable<string[]> Facts(RevocationOrder order)
    {
        yield return ["matches", string.Join(" OR ", order.Selectors)];
        yield return ["reason", order.Reason];
        yield return ["ordered by", order.OrderedBy];
        yield return ["ordered at", $"{order.OrderedAt:u}"];
        yield return ["all fenced at", order.DoneAt is { } done ? $"{done:u}, after {(done - order.OrderedAt).TotalSeconds:0.0} s" : "not yet"];
        yield return ["fence", order.FenceId];
    }

    private static IEnumerable<string[]> Counts(RevocationOrder order)
    {
        yield return ["fenced", $"{order.Fenced}"];
        yield return ["token dead", $"{order.Dead}"];
        yield return ["confirmed at the backend", $"{order.Confirmed}"];
        yield return ["unconfirmed", $"{order.Unconfirmed}"];
        yield return ["could not be revoked", $"{order.Irrevocable}"];
    }

    private static void NotDead(StringBuilder text, OrderReport report)
    {
        text.AppendLine().AppendLine("## Not known to be dead").AppendLine();
        Table(
            text,
            ["lease", "template", "workload", "backend", "state", "expires at"],
            report.NotDead.Select(l => new[] { l.Id, l.Template, l.Workload, l.Backend, $"{l.State}", $"{l.MaxExpiresAt:u}" }));
        if (report.NotDeadTruncated) text.AppendLine().AppendLine("There are more; `credbroker lease list` has them.");
    }

    private static void Table(StringBuilder text, string[] columns, IEnumerable<string[]> rows)
    {
        text.AppendLine($"| {string.Join(" | ", columns)} |").AppendLine($"|{string.Concat(columns.Select(_ => "---|"))}");
        foreach (var row in rows) text.AppendLine($"| {string.Join(" | ", row.Select(Safe))} |");
    }

    /// <summary>Agents choose some of these texts: none may become a link, a picture or a row of its own.</summary>
    private static string Safe(string text) =>
        string.Concat(Printable.Text(text).Select(c => @"\`*[]<>|!#".Contains(c, StringComparison.Ordinal) ? $"\\{c}" : $"{c}"));
}
