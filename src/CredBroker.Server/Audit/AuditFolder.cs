using System.Globalization;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Audit;

/// <summary>The folder of the trail: <c>audit-000001.jsonl</c> and so on, and a lock that one broker holds.</summary>
internal sealed class AuditFolder : IDisposable
{
    private const string Prefix = "audit-";
    private const string Suffix = ".jsonl";
    private readonly string _path;
    private readonly FileStream _lock;

    /// <exception cref="StartRefusedException">The folder is open to others, or another broker writes to it.</exception>
    public AuditFolder(string path)
    {
        _path = path;
        OwnerOnly.UseFolder(path);
        _lock = Lock(Path.Combine(path, "lock"));
    }

    /// <summary>Numbers of the files that are there, newest first.</summary>
    public IReadOnlyList<int> Numbers() =>
        [.. Directory.EnumerateFiles(_path, Prefix + "*" + Suffix).Select(NumberOf).OfType<int>().OrderDescending()];

    public string PathOf(int number) => Path.Combine(_path, $"{Prefix}{number.ToString("000000", CultureInfo.InvariantCulture)}{Suffix}");

    public void Dispose() => _lock.Dispose();

    private static int? NumberOf(string path) =>
        int.TryParse(Path.GetFileName(path.AsSpan())[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static FileStream Lock(string path)
    {
        try
        {
            return OwnerOnly.TakeLock(path);
        }
        catch (IOException fault)
        {
            throw new StartRefusedException($"Another broker writes the audit trail ({path} is locked). Stop it, or give this one its own Audit:Path.", fault);
        }
    }
}
