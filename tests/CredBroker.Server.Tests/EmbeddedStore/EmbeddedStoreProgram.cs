using System.Globalization;
using CredBroker.EmbeddedStore;
using Store = CredBroker.EmbeddedStore.EmbeddedStore;

namespace CredBroker.Server.Tests.EmbeddedStore;

/// <summary>The embedded store as a process: <c>FOLDER CHECKPOINT_MIB MEMORY_MIB</c>. Says where it listens and ends with its input.</summary>
internal static class EmbeddedStoreProgram
{
    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            var settings = new EmbeddedStoreSettings
            {
                CheckpointAfterMegabytes = int.Parse(arguments[1], CultureInfo.InvariantCulture),
                MemoryMegabytes = int.Parse(arguments[2], CultureInfo.InvariantCulture),
                UpkeepInterval = TimeSpan.FromSeconds(1),
            };
            await using var store = await Store.StartAsync(arguments[0], settings);
            Console.WriteLine(store.EndPoint);
            await Console.In.ReadToEndAsync();
            return 0;
        }
        catch (EmbeddedStoreException refusal)
        {
            Console.WriteLine(refusal.Message);
            return 1;
        }
    }
}
