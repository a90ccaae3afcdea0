using System.Globalization;
using CredBroker.Attestation;
using CredBroker.Server.Attestation;

namespace CredBroker.Server.Tests.Fuzzing;

/// <summary>
/// Random and damaged inputs for everything that reads bytes of strangers: good inputs are taken before and after, no damaged one proves anything,
/// and no exception but a refusal comes out. Briefly here; <c>scripts/fuzz.sh</c> does the same with ten million. The seed is printed, and
/// <c>CREDBROKER_FUZZ_SEED</c> makes the same damage again, and the same certificates; tokens and challenges are new each time, so that a find
/// is printed beside the good input that it was made from.
/// </summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
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
        await using var server = await FuzzedServer.StartAsync(seed);
        Assert.That(server.Attestors.Select(tested => tested.Attestor.Name), Is.EquivalentTo(AllAttestors()));
        var targets = await server.TargetsAsync();

        var total = 0L;
        var finds = new List<string>();
        foreach (var target in targets)
        {
            try
            {
                total += await RunAsync(target, seed, (inputs + targets.Count - 1) / targets.Count);
            }
            catch (FuzzFindException find)
            {
                finds.Add(find.Message);
            }
        }

        await TestContext.Out.WriteLineAsync($"fuzzed {total} inputs");
        Assert.That(finds, Is.Empty);
        Assert.That(total, Is.GreaterThanOrEqualTo(inputs));
        Assert.That(server.Attestors.Sum(tested => tested.UnforeseenFaults), Is.Zero);
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
}
