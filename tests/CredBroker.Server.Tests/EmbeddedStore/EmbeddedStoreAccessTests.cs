using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using CredBroker.EmbeddedStore;
using CredBroker.Server.Tests.Hosting;
using StackExchange.Redis;
using Store = CredBroker.EmbeddedStore.EmbeddedStore;

namespace CredBroker.Server.Tests.EmbeddedStore;

[TestFixture, Category("Store"), Parallelizable(ParallelScope.Self)]
public sealed class EmbeddedStoreAccessTests
{
    private const string OtherUser = "65534";
    private const string Knock = "const s=require('net').connect(process.argv[1]);s.on('connect',()=>{console.log('open');s.end()});s.on('error',e=>console.log(e.code))";

    [Test]
    public async Task StartAsync_NewFolder_IsTheOwnersAlone()
    {
        using var scratch = new ScratchFolder();
        var folder = scratch.File("store");
        await using var store = await Store.StartAsync(folder);

        var ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.That(ScratchFolder.ModeOf(folder), Is.EqualTo(ownerOnly | UnixFileMode.UserExecute));
        Assert.That(ScratchFolder.ModeOf(store.EndPoint.ToString()!), Is.EqualTo(ownerOnly));
    }

    [Test]
    public async Task StartAsync_FolderOpenToOthers_IsClosedToThem()
    {
        using var scratch = new ScratchFolder();
        ScratchFolder.SetMode(scratch.Path, (UnixFileMode)0b111_111_111);

        await using var store = await Store.StartAsync(scratch.Path);

        Assert.That(ScratchFolder.ModeOf(scratch.Path), Is.EqualTo((UnixFileMode)0b111_000_000));
    }

    [Test]
    public async Task Connect_AsAnotherUser_IsRefused()
    {
        if (Environment.UserName != "root") Assert.Ignore("Only root can become another user.");
        using var scratch = new ScratchFolder();
        await using var store = await Store.StartAsync(scratch.Path);

        Assert.That(await KnockAsync(store, "node"), Is.EqualTo("open"), "our own user gets in, so it is the user that is refused");
        Assert.That(await KnockAsync(store, "setpriv", $"--reuid={OtherUser}", $"--regid={OtherUser}", "--clear-groups", "node"), Is.EqualTo("EACCES"));
    }

    [Test]
    public async Task Connect_AsAnotherUserToTheSocketItself_IsRefused()
    {
        if (Environment.UserName != "root") Assert.Ignore("Only root can become another user.");
        using var scratch = new ScratchFolder();
        await using var store = await Store.StartAsync(scratch.Path);
        // Even where somebody opens the folder by hand, the socket stays shut.
        ScratchFolder.SetMode(scratch.Path, (UnixFileMode)0b111_101_101);

        Assert.That(await KnockAsync(store, "setpriv", $"--reuid={OtherUser}", $"--regid={OtherUser}", "--clear-groups", "node"), Is.EqualTo("EACCES"));
    }

    [Test]
    public async Task StartAsync_Always_ListensOnNoPort()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Reads /proc.");
        using var scratch = new ScratchFolder();
        await using var store = await EmbeddedStoreProcess.StartAsync(scratch.Path);
        await store.ConnectAsync();

        Assert.That(ListeningPorts(store.Id), Is.Empty);
        // The reading itself must be able to find one.
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        Assert.That(ListeningPorts(Environment.ProcessId), Is.Not.Empty);
    }

    [Test]
    public async Task StartAsync_FolderInUse_SaysSo()
    {
        using var scratch = new ScratchFolder();
        await using var first = await EmbeddedStoreProcess.StartAsync(scratch.Path);

        Assert.That(
            () => Store.StartAsync(scratch.Path),
            Throws.TypeOf<EmbeddedStoreException>().With.Message.Contains("in use").And.Message.Contains(scratch.Path));

        var database = await first.ConnectAsync();
        Assert.That(await database.StringSetAsync("still", "there"), Is.True, "the one that was first is not disturbed");
    }

    [Test]
    public async Task StartAsync_PathTooLongForASocket_ListensInAPrivateFolder()
    {
        using var scratch = new ScratchFolder();
        var folder = scratch.File(new string('d', 60), new string('e', 60));
        string left;
        await using (var killed = await EmbeddedStoreProcess.StartAsync(folder))
        {
            left = Path.GetDirectoryName(killed.Socket)!;
            Assert.That(Encoding.UTF8.GetByteCount(killed.Socket), Is.LessThanOrEqualTo(107));
            Assert.That(ScratchFolder.ModeOf(left), Is.EqualTo((UnixFileMode)0b111_000_000));
            await (await killed.ConnectAsync()).StringSetAsync("a", "b");
            await killed.KillAsync();
        }

        await using (var again = await Store.StartAsync(folder))
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions { EndPoints = { again.EndPoint } });
            Assert.That((string?)await connection.GetDatabase().StringGetAsync("a"), Is.EqualTo("b"));
            Assert.That(Directory.Exists(left), Is.False, "what the killed one left is cleared away");
            left = Path.GetDirectoryName(again.EndPoint.ToString()!)!;
        }

        Assert.That(Directory.Exists(left), Is.False);
    }

    [Test]
    public void StartAsync_FolderThatCannotBe_SaysWhy()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch.File("file"), "");

        Assert.That(
            () => Store.StartAsync(scratch.File("file")),
            Throws.TypeOf<EmbeddedStoreException>().With.Message.Contains(scratch.File("file")));
    }

    private static async Task<string> KnockAsync(Store store, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, [.. arguments, "-e", Knock, store.EndPoint.ToString()!])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        })!;
        var answer = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync();
        return answer.Trim();
    }

    private static List<string> ListeningPorts(int process)
    {
        var sockets = Directory.EnumerateFileSystemEntries($"/proc/{process}/fd")
            .Select(descriptor => new FileInfo(descriptor).LinkTarget)
            .Where(target => target?.StartsWith("socket:[", StringComparison.Ordinal) is true)
            .Select(target => target![8..^1])
            .ToHashSet(StringComparer.Ordinal);
        return [.. new[] { "tcp", "tcp6", "udp", "udp6" }.SelectMany(table => Listeners($"/proc/{process}/net/{table}")).Where(sockets.Contains)];
    }

    // Columns: slot, local address, remote address, state (0A = listening; 07 = an open UDP port), … , the tenth is the socket's number.
    private static IEnumerable<string> Listeners(string table) => !File.Exists(table)
        ? []
        : File.ReadLines(table).Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => int.Parse(columns[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture) is 0x0A or 0x07)
            .Select(columns => columns[9]);
}
