using CredBroker.Policy.Cedar;
using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Wasm;
using CredBroker.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>Cedar as the tests of this assembly use it: compiled once for all runs.</summary>
internal static class TestCedar
{
    private static readonly Lazy<CedarModule> Loaded = new(() => CedarModule.Load(CacheFolder, NullLogger.Instance));

    public static string CacheFolder { get; } = Path.Combine(Repository.Root, "artifacts", "cedar");

    public static CedarModule Module => Loaded.Value;

    public static CedarSession NewSession(int maxPolicies = 10_000) => new(Module.CreateInstance(), CedarSchema.Text, maxPolicies);
}
