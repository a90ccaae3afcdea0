using System.Globalization;
using CredBroker.Audit;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Audit;

/// <summary>
/// The file that is being written. It holds nothing but whole lines that were answered for: what a failed or interrupted write
/// left behind is moved aside before the next line. For one thread.
/// </summary>
internal sealed class AuditJournal : IDisposable
{
    private readonly AuditFolder _folder;
    private readonly IAuditDisk _disk;
    private readonly TimeProvider _time;
    private readonly long _maxFileBytes;
    private readonly AuditLineWriter _lines = new();
    private readonly List<string> _movedAside = [];
    private IAuditFile? _file;
    private int _number;
    private int _prepared;
    private long _durable;
    private long _lastSequence;

    /// <summary>Opens the newest file, or the first; mends its end where a crash tore it.</summary>
    /// <exception cref="StartRefusedException">The trail cannot be opened.</exception>
    public AuditJournal(string path, long maxFileBytes, IAuditDisk disk, TimeProvider time)
    {
        (_disk, _time, _maxFileBytes) = (disk, time, maxFileBytes);
        _folder = new AuditFolder(path);
        try
        {
            Start();
        }
        catch (Exception fault)
        {
            Dispose();
            if (fault is not (IOException or UnauthorizedAccessException)) throw;
            throw new StartRefusedException($"The audit trail in {path} cannot be opened: {fault.Message}", fault);
        }
    }

    /// <summary>Turns events into lines; nothing is written yet.</summary>
    public void Prepare(IReadOnlyList<AuditEvent> events)
    {
        _lines.Clear();
        _prepared = 0;
        foreach (var auditEvent in events) _lines.Write(_lastSequence + ++_prepared, auditEvent);
    }

    /// <summary>Returns once the prepared lines are on disk. After a fault only <see cref="Reopen"/> may be called.</summary>
    public void Commit()
    {
        if (_durable > 0 && _durable + _lines.Lines.Length > _maxFileBytes) BeginNextFile();
        _file!.Write(_lines.Lines, _durable);
        _file.Flush();
        _durable += _lines.Lines.Length;
        _lastSequence += _prepared;
    }

    /// <summary>Opens the file anew after a fault, moves what is doubtful aside and notes the gap.</summary>
    /// <param name="refused">How many events were refused since the fault.</param>
    public void Reopen(long refused)
    {
        _file?.Dispose();
        _file = null;
        _file = _disk.Open(_folder.PathOf(_number));
        Mend(_file.Length, new()
        {
            ["cause"] = "write_failed",
            ["events_refused"] = refused.ToString(CultureInfo.InvariantCulture),
        });
    }

    public void Dispose()
    {
        _file?.Dispose();
        _lines.Dispose();
        _folder.Dispose();
    }

    private void Start()
    {
        var numbers = _folder.Numbers();
        _number = numbers.Count == 0 ? 1 : numbers[0];
        _file = _disk.Open(_folder.PathOf(_number));
        var tail = AuditTail.Read(_file);
        _durable = tail.GoodLength;
        _lastSequence = tail.LastSequence > 0 ? tail.LastSequence : LastSequenceOf(numbers.Skip(1));
        if (tail.IsTorn) Mend(tail.Length, new() { ["cause"] = "torn_line" });
    }

    private long LastSequenceOf(IEnumerable<int> olderNumbers)
    {
        foreach (var number in olderNumbers)
        {
            using var older = _disk.Open(_folder.PathOf(number));
            if (AuditTail.Read(older) is { LastSequence: > 0 } tail) return tail.LastSequence;
        }
        return 0;
    }

    private void Mend(long length, Dictionary<string, string> details)
    {
        if (length > _durable)
        {
            _movedAside.Add(Path.GetFileName(MoveAside(length)));
            _file!.Truncate(_durable);
        }
        else if (length < _durable)
        {
            details["bytes_missing"] = (_durable - length).ToString(CultureInfo.InvariantCulture);
            _durable = length;
        }
        if (_movedAside.Count > 0) details["moved_to"] = string.Join(' ', _movedAside);
        Prepare([new AuditEvent { Type = AuditEventType.Gap, Time = _time.GetUtcNow(), Actor = AuditActor.System, Details = details }]);
        Commit();
        _movedAside.Clear();
    }

    private string MoveAside(long length)
    {
        var path = FreeName(_folder.PathOf(_number) + ".torn-");
        try
        {
            using var aside = _disk.Open(path);
            Copy(_file!, _durable, length, aside);
            aside.Flush();
            return path;
        }
        catch
        {
            // It will be tried again; a full disk must not fill up with the attempts.
            File.Delete(path);
            throw;
        }
    }

    private static void Copy(IAuditFile from, long offset, long end, IAuditFile to)
    {
        var bytes = new byte[64 * 1024];
        for (var written = 0L; offset < end;)
        {
            var read = from.Read(bytes.AsSpan(0, (int)Math.Min(bytes.Length, end - offset)), offset);
            if (read == 0) throw new IOException("The audit file became shorter while it was read.");
            to.Write(bytes.AsSpan(0, read), written);
            (offset, written) = (offset + read, written + read);
        }
    }

    private void BeginNextFile()
    {
        var number = _number + 1;
        while (File.Exists(_folder.PathOf(number))) number++;
        var next = _disk.Open(_folder.PathOf(number));
        _file!.Dispose();
        (_file, _number, _durable) = (next, number, 0);
    }

    private static string FreeName(string prefix)
    {
        var number = 1;
        while (File.Exists(prefix + number)) number++;
        return prefix + number;
    }
}
