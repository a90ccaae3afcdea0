using System.Diagnostics;
using System.Text;
using CredBroker.Testing;

namespace CredBroker.Benchmarks.Processes;

/// <summary>A process that this one started, and ends by its id, whatever happens.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 40;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);
    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _name;

    private ChildProcess(string name, ProcessStartInfo start)
    {
        _name = name;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Keep(e.Data, isOutput: true);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data, isOutput: false);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public ProcessUsage Usage => ProcessUsage.Of(_process.Id);

    public static ChildProcess Start(string name, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        return new ChildProcess(name, start);
    }

    /// <summary>The first line that it writes.</summary>
    public async Task<string> ReadFirstLineAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        await UntilAsync(_ => Task.FromResult(_firstLine.Task.IsCompleted), atMost, cancellationToken);
        return await _firstLine.Task;
    }

    /// <summary>Waits for a condition; a process that ends before is a fault that says what it last wrote.</summary>
    public async Task UntilAsync(Func<CancellationToken, Task<bool>> holds, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await holds(cancellationToken))
        {
            if (_process.HasExited) throw new BenchException($"{_name} ended with {_process.ExitCode}.\n{LastLines()}");
            if (Stopwatch.GetElapsedTime(begun) > atMost) throw new BenchException($"{_name} was not ready within {atMost}.\n{LastLines()}");
            await Task.Delay(Poll, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Lets nothing of it run any more, while the system still keeps its connections.</summary>
    public void Pause() => UnixSignal.Send(_process, UnixSignal.Stop);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            using var limit = new CancellationTokenSource(EndLimit, TimeProvider.System);
            await _process.WaitForExitAsync(limit.Token);
        }

        _process.Dispose();
    }

    private void Keep(string? line, bool isOutput)
    {
        if (line is null) return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines) _lines.Dequeue();
        }

        if (isOutput) _firstLine.TrySetResult(line);
    }

    private string LastLines()
    {
        lock (_lines) return new StringBuilder().AppendJoin('\n', _lines).ToString();
    }
}
