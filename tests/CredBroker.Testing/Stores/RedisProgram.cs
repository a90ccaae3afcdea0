using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CredBroker.Testing.Stores;

/// <summary>Starts Redis' programs and speaks to them.</summary>
internal static class RedisProgram
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    public static Process Start(string program, IEnumerable<string> arguments) => StoreProgram.Start(program, arguments);

    /// <exception cref="StoreMissingException">It is not.</exception>
    public static void RequireInstalled()
    {
        foreach (var program in new[] { "redis-server", "redis-cli" })
            if (!StoreProgram.IsOnPath(program)) throw new StoreMissingException($"{program} is missing: apt-get install redis-server redis-tools.");
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
        var words = StoreProgram.LastWords(process);
        return new RedisStartException($"redis-server ended: {words}", words.Contains("Address already in use", StringComparison.Ordinal));
    }
}
