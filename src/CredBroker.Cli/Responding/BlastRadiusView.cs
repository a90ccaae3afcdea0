using CredBroker.Cli.Output;
using CredBroker.Client.Operators;
using Spectre.Console;

namespace CredBroker.Cli.Responding;

/// <summary>A blast radius for people.</summary>
internal static class BlastRadiusView
{
    private const int MaxRows = 10;

    public static void Write(IAnsiConsole console, IReadOnlyList<LeaseSelector> selectors, BlastRadius radius)
    {
        var match = radius.Total == 1 ? "lease matches" : "leases match";
        Line(console, $"{radius.Total} live {match} {string.Join(" OR ", selectors)}");
        WriteTables(console, radius);
    }

    /// <summary>The counts, and some examples; nothing where there is nothing.</summary>
    public static void WriteTables(IAnsiConsole console, BlastRadius radius)
    {
        if (radius.Oldest is { } oldest && radius.Newest is { } newest) Line(console, $"issued from {oldest:u} to {newest:u}");
        if (radius.Total == 0) return;
        Table(console, "TEMPLATE", radius.ByTemplate);
        Table(console, "TARGET", radius.ByTarget);
        Table(console, "WORKLOAD", radius.ByWorkload);
        Table(console, "BACKEND", radius.ByBackend);
        Table(console, "REVOCABILITY", radius.ByRevocability.ToDictionary(r => Meaning(r.Key), r => r.Value));
        console.WriteLine();
        Line(console, $"for example {string.Join(' ', radius.Samples)}");
    }

    private static void Table(IAnsiConsole console, string name, IReadOnlyDictionary<string, long> counts)
    {
        var table = new Table().Border(TableBorder.None).AddColumn(new TableColumn(new Text(name)).NoWrap()).AddColumn(new TableColumn(new Text("LEASES")).RightAligned());
        var sorted = counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).ToList();
        foreach (var (value, count) in sorted.Take(MaxRows)) table.AddRow(new Text(Printable.Text(value)), new Text($"{count}"));
        if (sorted.Count > MaxRows) table.AddRow(new Text($"and {sorted.Count - MaxRows} more"), new Text($"{sorted.Skip(MaxRows).Sum(c => c.Value)}"));
        console.WriteLine();
        console.Write(table);
    }

    private static string Meaning(string revocability) => revocability switch
    {
        "instant" => "instant: dead at once",
        "bounded" => "bounded: dead at its TTL at the latest",
        "none" => "none: cannot be revoked, dies by itself",
        _ => revocability,
    };

    private static void Line(IAnsiConsole console, string text) => console.Write(new Text($"{Printable.Text(text)}{Environment.NewLine}"));
}
