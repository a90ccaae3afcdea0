using CredBroker.Benchmarks.Processes;
using CredBroker.Leases;
using CredBroker.Server.Hosting;
using CredBroker.Server.Storage;
using CredBroker.Tasks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Benchmarks.Seeding;

/// <summary>
/// Fills a store with live leases in the store's own format: through the very adapters and scripts that the broker uses, many
/// at a time, with neither policy nor signature nor audit line.
/// </summary>
internal sealed class LeaseSeeder : IAsyncDisposable
{
    /// <summary>An agent's task holds a handful of credentials and renews them; a busy one holds dozens.</summary>
    public const int LeasesPerTask = 50;

    private const int InFlight = 256;
    private const int TasksPerWorkload = 20;
    private static readonly TimeSpan Life = TimeSpan.FromHours(4);
    private readonly ServiceProvider _services;
    private readonly ScratchFolder _folder = new();

    private LeaseSeeder(string redis)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:Redis:ConnectionString"] = redis,
            ["Storage:Redis:CallTimeout"] = "00:00:10",
        }).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new DataFolder(_folder.Combine("data")));
        services.AddLeaseStore(configuration);
        _services = services.BuildServiceProvider();
    }

    public static async Task<LeaseSeeder> OpenAsync(string redis, CancellationToken cancellationToken)
    {
        var seeder = new LeaseSeeder(redis);
        await seeder._services.GetRequiredService<StoreConnection>().OpenAsync(cancellationToken);
        return seeder;
    }

    /// <summary>Adds live leases of <see cref="BenchCatalogue.Template"/>.</summary>
    public Task SeedAsync(int count, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(0, (count + LeasesPerTask - 1) / LeasesPerTask),
        new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellationToken },
        async (number, token) => await SeedTaskAsync(number, Math.Min(LeasesPerTask, count - (number * LeasesPerTask)), token));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    private async Task SeedTaskAsync(int number, int leases, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var id = TaskId.New(Buckets.Of(BenchCatalogue.Tenant, $"{number}"), now);
        var token = TaskToken.New(id);
        var task = SeededLease.TaskOf(id, token, number / TasksPerWorkload, Life);
        if (await _services.GetRequiredService<ITaskStore>().OpenAsync(task, "", cancellationToken) is not OpenOutcome.Opened)
            throw new BenchException("The store does not open a task.");
        var store = _services.GetRequiredService<ILeaseStore>();
        var terms = SeededLease.TermsOf(task);
        for (var i = 0; i < leases; i++)
        {
            var intent = new LeaseIntent(LeaseId.New(id.Bucket, now), terms, token.SecretHash, Life, Life);
            if (await store.BeginAsync(intent, cancellationToken) is not BeginOutcome.Begun) throw new BenchException("The store does not record a lease.");
        }
    }
}
