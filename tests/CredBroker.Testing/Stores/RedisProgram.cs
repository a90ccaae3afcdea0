using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CredBroker.Testing.Stores;

/// <summary>Starts Redis' programs, and ends with the test run those that were forgotten.</summary>
internal static class RedisProgram
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly ConcurrentDictionary<Process, ConcurrentQueue<string>> Started = new();

    static RedisProgram() => AppDomain.CurrentDomain.ProcessExit += (_, _) => KillForgotten();

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    public static Process Start(string program, IEnumerable<string> arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        var lines = new ConcurrentQueue<string>();
        Started[process] = lines;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null && lines.Count < 200) lines.Enqueue(line.Data);
        };
        process.BeginOutputReadLine();
        return process;
    }

    /// <exception cref="StoreMissingException">It is not.</exception>
    public static void RequireInstalled()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        foreach (var program in new[] { "redis-server", "redis-cli" })
            if (!folders.Any(folder => File.Exists(Path.Combine(folder, program))))
                throw new StoreMissingException($"{program} is missing: apt-get install redis-server redis-tools.");
    }

    /// <summary>Waits until a server has loaded its data and answers.</summary>
    public static Task AnswersAsync(Process process, int port) => UntilAsync($"port {port} answers", async () =>
    {
        if (process.HasExited) throw Ended(process);
        return await AnswersAsync(port);
    });

    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience) throw new TimeoutException($"It did not come about: {what}.");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    public static async Task<string> CommandAsync(int port, params string[] command)
    {
        using var client = Process.Start(new ProcessStartInfo("redis-cli", ["-p", port.ToString(CultureInfo.InvariantCulture), .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = client.StandardOutput.ReadToEndAsync();
        var errors = await client.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await client.WaitForExitAsync().WaitAsync(Patience);
        return client.ExitCode == 0
            ? (await output).TrimEnd()
            : throw new InvalidOperationException($"redis-cli {command[0]}: {(await output).Trim()} {errors.Trim()}");
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[7];
            var read = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false);
            return answer.AsSpan(0, read).SequenceEqual("+PONG\r\n"u8);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    private static RedisStartException Ended(Process process)
    {
        process.WaitForExit();
        var words = string.Join('\n', Started[process].TakeLast(5));
        return new RedisStartException($"redis-server ended: {words}", words.Contains("Address already in use", StringComparison.Ordinal));
    }

    private static void KillForgotten()
    {
        foreach (var process in Started.Keys)
        {
            try
            {
                process.Kill();
            }
            catch (InvalidOperationException)
            {
                // It was disposed or has ended.
            }
        }
    }
}
