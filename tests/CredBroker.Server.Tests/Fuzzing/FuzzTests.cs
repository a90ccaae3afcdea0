using System.Globalization;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Server.Attestation;
using CredBroker.Server.Tests.Attestation.AwsIam;
using CredBroker.Server.Tests.Attestation.JoinTokens;
using CredBroker.Server.Tests.Attestation.Kubernetes;
using CredBroker.Server.Tests.Attestation.Oidc;
using CredBroker.Server.Tests.Attestation.SpiffeJwt;
using CredBroker.Server.Tests.Attestation.SpiffeX509;
using CredBroker.Server.Tests.Attestation.X509Pop;
using CredBroker.Testing.Attestation;
using CredBroker.Tokens;

namespace CredBroker.Server.Tests.Fuzzing;

/// <summary>
/// Random and damaged inputs for everything that reads bytes of strangers: good inputs are taken before and after, no damaged one proves anything,
/// and no exception but a refusal comes out. Briefly here; <c>scripts/fuzz.sh</c> does the same with ten million. The seed is printed, and
/// <c>CREDBROKER_FUZZ_SEED</c> makes the same damage again, and the same certificates; tokens and challenges are new each time, so that a find
/// is printed beside the good input that it was made from.
/// </summary>
[TestFixture, Category("Server")]
public sealed class FuzzTests
{
    private const int FewInputs = 30_000;
    private const int InputsOfARun = 500;

    [Test]
    public async Task Parsers_RandomAndDamagedInputs_RefuseAndNothingElse()
    {
        var inputs = Setting("CREDBROKER_FUZZ_INPUTS", FewInputs);
        var seed = Setting("CREDBROKER_FUZZ_SEED", 20261125);
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var random = new Random(seed);
        await using var oidc = await new OidcForm().StartAsync(TimeSpan.FromSeconds(30));
        await using var spiffe = await new SpiffeJwtForm().StartAsync(TimeSpan.FromSeconds(30));
        await using var kubernetes = await new KubernetesForm().StartAsync(TimeSpan.FromSeconds(30));
        await using var join = new JoinTokenUnderTest();
        await using var aws = await AwsIamUnderTest.StartAsync();
        await using var pop = new X509PopUnderTest(random);
        await using var svid = new SpiffeX509UnderTest(random);
        IAttestorUnderTest[] attestors = [oidc, spiffe, kubernetes, join, aws, pop, svid];
        Assert.That(attestors.Select(tested => tested.Attestor.Name), Is.EquivalentTo(AllAttestors()));

        FuzzTarget[] whole =
        [
            await AttestorTargets.OfJwtAsync(oidc), await AttestorTargets.OfJwtAsync(spiffe), await AttestorTargets.OfJwtAsync(kubernetes),
            await AttestorTargets.OfAsync(join), await AttestorTargets.OfJsonAsync(aws), await AttestorTargets.OfJsonAsync(pop), await AttestorTargets.OfAsync(svid),
            .. CertificateTargets.Of(svid, random), .. CertificateTargets.Of(pop, random),
        ];
        using var key = TestSigningKey.For("ES256");
        using var caller = new TestDpop(TimeProvider.System);
        using var ring = new OwnRing();
        FuzzTarget[] targets =
        [
            .. whole, AttestorTargets.OfProof(caller), AttestorTargets.OfChallenge(ring, TimeProvider.System),
            .. ReaderTargets.OfTokens(TimeProvider.System), .. ReaderTargets.OfKeys(key), .. ReaderTargets.OfSts(aws.Signed()),
            .. ReaderTargets.OfCertificates(svid.Root, svid.Between, svid.Between.IssueSvid(svid.Subject), pop.Answer(pop.Between.Issue(X509PopUnderTest.Leaf))),
        ];

        var total = 0L;
        var finds = new List<string>();
        foreach (var target in targets)
        {
            try
            {
                total += await RunAsync(target, seed, (inputs + targets.Length - 1) / targets.Length);
            }
            catch (FuzzFindException find)
            {
                finds.Add(find.Message);
            }
        }

        await TestContext.Out.WriteLineAsync($"fuzzed {total} inputs");
        Assert.That(finds, Is.Empty);
        Assert.That(total, Is.GreaterThanOrEqualTo(inputs));
        Assert.That(attestors.Sum(tested => tested.UnforeseenFaults), Is.Zero);
    }

    private static async Task<long> RunAsync(FuzzTarget target, int seed, int inputs)
    {
        Assert.That(await target.ShowFirst(), Is.True, $"{target.Name} takes a good input before it is shown damaged ones");
        var (taken, refused) = (0, 0);
        // What a run is shown hangs on its number alone, and not on how many go on at once.
        await Parallel.ForEachAsync(Enumerable.Range(0, (inputs + InputsOfARun - 1) / InputsOfARun), async (run, _) =>
        {
            var random = new Random(unchecked(seed + (run * 7_919)));
            for (var i = 0; i < Math.Min(InputsOfARun, inputs - (run * InputsOfARun)); i++)
            {
                if (await ShowAsync(target, target.Make(random))) Interlocked.Increment(ref taken);
                else Interlocked.Increment(ref refused);
            }
        });
        Assert.That(await target.Take(target.Good), Is.True, $"{target.Name} takes the good input after it was shown damaged ones");
        // At once: a long run that is broken off has told how far it came.
        await TestContext.Progress.WriteLineAsync($"{target.Name}: {taken + refused} inputs, {refused} refused");
        return taken + refused;
    }

    /// <summary>Whether an input is as good as the good one.</summary>
    private static async ValueTask<bool> ShowAsync(FuzzTarget target, byte[] input)
    {
        if (target.IsSame(input)) return true;
        try
        {
            if (!await target.Take(input)) return false;
        }
        catch (Exception fault) when (target.IsRefusal(fault))
        {
            return false;
        }
        catch (Exception fault)
        {
            throw Find(target, input, "failed on", fault);
        }

        return target.Proves ? throw Find(target, input, "took") : true;
    }

    private static FuzzFindException Find(FuzzTarget target, byte[] input, string what, Exception? fault = null) => new(
        $"{target.Name} {what} {Convert.ToBase64String(input)} which was made from {Convert.ToBase64String(target.Good)} {fault}");

    private static IEnumerable<string?> AllAttestors() => typeof(EvidenceGuard).Assembly.GetTypes()
        .Where(type => type.IsClass && typeof(IAttestor).IsAssignableFrom(type)).Select(type => type.GetField("AttestorName")?.GetValue(null) as string);

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private sealed class FuzzFindException(string message) : Exception(message);

    private sealed class OwnRing : ISigningKeyRing, IDisposable
    {
        public SigningKey Current { get; } = SigningKey.Generate();

        public IReadOnlyList<PublicSigningKey> Published => [Current.Public];

        public void Dispose() => Current.Dispose();
    }
}
