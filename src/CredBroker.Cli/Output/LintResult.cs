using System.Globalization;
using CredBroker.Templates;

namespace CredBroker.Cli.Output;

/// <summary>Prints what was found in a folder of documents.</summary>
internal static class LintResult
{
    /// <summary>Prints each fault on a line of its own, or what the good set holds.</summary>
    /// <returns>The exit code.</returns>
    public static int Print(Printer print, IReadOnlyList<CatalogueFault> faults, string version, params (string Name, int Count)[] counts)
    {
        var json = new { Good = faults.Count == 0, Version = version, Counts = counts.ToDictionary(count => count.Name, count => count.Count), Faults = faults };
        if (faults.Count == 0)
        {
            print.Record(json, [("version", version), .. counts.Select(count => (count.Name, (string?)count.Count.ToString(CultureInfo.InvariantCulture)))]);
            return ExitCodes.Ok;
        }

        print.View(json, console =>
        {
            foreach (var fault in faults) console.Profile.Out.Writer.WriteLine(Printable.Text(fault.ToString()));
        });
        return ExitCodes.Refused;
    }
}
