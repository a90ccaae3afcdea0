using System.Globalization;
using CredBroker.Conformance.Attestation;
using CredBroker.Server.Tests.Attestation.Kubernetes;
using CredBroker.Server.Tests.Attestation.Oidc;
using CredBroker.Server.Tests.Attestation.SpiffeJwt;
using CredBroker.Testing.Attestation;
using CredBroker.Tokens;

namespace CredBroker.Server.Tests.Fuzzing;

/// <summary>
/// Random and damaged inputs for everything that reads bytes of strangers: no crash, no exception but a refusal, nothing accepted.
/// Briefly here; <c>scripts/fuzz.sh</c> does the same with ten million. The seed is printed, and <c>CREDBROKER_FUZZ_SEED</c> repeats it.
/// </summary>
[TestFixture, Category("Server")]
public sealed class FuzzTests
{
    private const int FewInputs = 60_000;

    [Test]
    public async Task Parsers_RandomAndDamagedInputs_RefuseAndNothingElse()
    {
        var inputs = Setting("CREDBROKER_FUZZ_INPUTS", FewInputs);
        var seed = Setting("CREDBROKER_FUZZ_SEED", 20261125);
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        using var ring = new OwnRing();
        using var key = TestSigningKey.For("ES256");
        using var caller = new TestDpop(TimeProvider.System);
        await using var oidc = await new OidcForm().StartAsync(TimeSpan.FromSeconds(30));
        await using var spiffe = await new SpiffeJwtForm().StartAsync(TimeSpan.FromSeconds(30));
        await using var kubernetes = await new KubernetesForm().StartAsync(TimeSpan.FromSeconds(30));
        IJwtAttestorUnderTest[] attestors = [oidc, spiffe, kubernetes];
        FuzzTarget[] targets = [.. attestors.Select(FuzzTargets.Of), FuzzTargets.OfProof(caller), .. FuzzTargets.Readers(ring, key, TimeProvider.System)];

        var total = 0L;
        foreach (var target in targets) total += await RunAsync(target, seed, (inputs + targets.Length - 1) / targets.Length);

        await TestContext.Out.WriteLineAsync($"fuzzed {total} inputs");
        Assert.That(total, Is.GreaterThanOrEqualTo(inputs));
        Assert.That(attestors.Sum(tested => tested.UnforeseenFaults), Is.Zero);
    }

    private static async Task<long> RunAsync(FuzzTarget target, int seed, int inputs)
    {
        var workers = Environment.ProcessorCount;
        var refused = await Task.WhenAll(Enumerable.Range(0, workers).Select(worker =>
            Task.Run(() => RunAsync(target, new Random(unchecked(seed + (worker * 7_919))), (inputs + workers - 1) / workers))));
        await TestContext.Out.WriteLineAsync($"{target.Name}: {refused.Sum(one => one.Inputs)} inputs, {refused.Sum(one => one.Refused)} refused");
        return refused.Sum(one => (long)one.Inputs);
    }

    private static async Task<(int Inputs, int Refused)> RunAsync(FuzzTarget target, Random random, int inputs)
    {
        var refused = 0;
        for (var i = 0; i < inputs; i++)
        {
            var input = target.Make(random);
            try
            {
                if (await target.Read(input)) throw new AssertionException($"{target.Name} accepted {Convert.ToBase64String(input)}");
            }
            catch (Exception fault) when (target.IsRefusal(fault))
            {
                refused++;
            }
            catch (Exception fault) when (fault is not AssertionException)
            {
                throw new AssertionException($"{target.Name} failed on {Convert.ToBase64String(input)}: {fault}", fault);
            }
        }

        return (inputs, refused);
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private sealed class OwnRing : ISigningKeyRing, IDisposable
    {
        public SigningKey Current { get; } = SigningKey.Generate();

        public IReadOnlyList<PublicSigningKey> Published => [Current.Public];

        public void Dispose() => Current.Dispose();
    }
}
