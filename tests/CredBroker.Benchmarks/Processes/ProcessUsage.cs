using System.Globalization;

namespace CredBroker.Benchmarks.Processes;

/// <summary>What a process has used, as Linux counts it.</summary>
/// <param name="Cpu">Processor time, of all its threads.</param>
/// <param name="ResidentBytes">Memory that is resident now.</param>
internal readonly record struct ProcessUsage(TimeSpan Cpu, long ResidentBytes)
{
    private const int TicksPerSecond = 100;

    public static ProcessUsage Of(int id)
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        // Field 2 is a name in parentheses that may hold anything; field 3 follows the last of them.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = Number(fields[11]) + Number(fields[12]);
        return new ProcessUsage(TimeSpan.FromSeconds((double)ticks / TicksPerSecond), Number(fields[21]) * Environment.SystemPageSize);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
