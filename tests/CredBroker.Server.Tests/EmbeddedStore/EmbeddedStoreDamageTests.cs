using CredBroker.EmbeddedStore;
using CredBroker.Server.Tests.Hosting;
using StackExchange.Redis;
using Store = CredBroker.EmbeddedStore.EmbeddedStore;

namespace CredBroker.Server.Tests.EmbeddedStore;

[TestFixture, Category("Store"), Parallelizable(ParallelScope.All)]
public sealed class EmbeddedStoreDamageTests
{
    private const int Writes = 200;
    private readonly ScratchFolder _folder = new();

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Start_WithATruncatedLog_IsRefusedAndSaysHowToAcceptTheLoss()
    {
        var data = await WriteAsync("truncated");
        using (var log = File.OpenHandle(LogOf(data), FileMode.Open, FileAccess.ReadWrite)) RandomAccess.SetLength(log, 40_000);

        await AssertRefusedAsync(data);

        File.Delete(Path.Combine(data, "acknowledged"));
        Assert.That(await CountAsync(data), Is.InRange(1, Writes - 1));
        Assert.That(await CountAsync(data), Is.InRange(1, Writes - 1), "what is left is whole again");
    }

    [Test]
    public async Task Start_WithZerosInTheMiddleOfTheLog_IsRefused()
    {
        var data = await WriteAsync("zeros");
        using (var log = File.OpenHandle(LogOf(data), FileMode.Open, FileAccess.ReadWrite)) RandomAccess.Write(log, new byte[4096], 40_960);

        await AssertRefusedAsync(data);
    }

    [Test]
    public async Task Start_WithNoiseInTheMiddleOfTheLog_IsRefused()
    {
        var data = await WriteAsync("noise");
        var noise = new byte[4096];
        new Random(17).NextBytes(noise);
        using (var log = File.OpenHandle(LogOf(data), FileMode.Open, FileAccess.ReadWrite)) RandomAccess.Write(log, noise, 40_960);

        await AssertRefusedAsync(data);
    }

    [Test]
    public async Task Start_WithoutItsLog_IsRefused()
    {
        var data = await WriteAsync("gone");
        foreach (var file in Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "acknowledged").ToList()) File.Delete(file);

        await AssertRefusedAsync(data);
    }

    private async Task<string> WriteAsync(string name)
    {
        var data = _folder.File(name);
        await using var store = await Store.StartAsync(data, new EmbeddedStoreSettings { MemoryMegabytes = 16 });
        await using var connection = await ConnectAsync(store);
        for (var i = 0; i < Writes; i++) await connection.GetDatabase().StringSetAsync($"key:{i}", new byte[500]);
        return data;
    }

    private static async Task<int> CountAsync(string data)
    {
        await using var store = await Store.StartAsync(data, new EmbeddedStoreSettings { MemoryMegabytes = 16 });
        await using var connection = await ConnectAsync(store);
        return (int)await connection.GetDatabase().KeyExistsAsync([.. Enumerable.Range(0, Writes).Select(i => (RedisKey)$"key:{i}")]);
    }

    private static async Task AssertRefusedAsync(string data)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var refusal = await Assert.ThrowsAsync<EmbeddedStoreException>(async () =>
            {
                await using var store = await Store.StartAsync(data, new EmbeddedStoreSettings { MemoryMegabytes = 16 });
            });
            Assert.That(refusal!.Message, Does.Contain(data));
        }
    }

    private static async Task<IConnectionMultiplexer> ConnectAsync(Store store) =>
        await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions { EndPoints = { store.EndPoint } });

    /// <summary>The file that the log of writes begins with.</summary>
    private static string LogOf(string data) =>
        Directory.EnumerateFiles(data, "aof*.log*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
}
