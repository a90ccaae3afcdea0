using FsCheck;
using FsCheck.Fluent;

namespace CredBroker.Server.Tests.Storage.Model;

/// <summary>A run: steps in a row.</summary>
public sealed record Run(IReadOnlyList<Step> Steps)
{
    private const int LeastSteps = 20;
    private const int MostSteps = 60;

    private static readonly (int Weight, Verb Verb)[] Weights =
    [
        (3, Verb.OpenRoot), (3, Verb.OpenChild), (9, Verb.BeginToken), (9, Verb.BeginSecret), (3, Verb.RecordHandle), (8, Verb.Commit), (5, Verb.Renew),
        (2, Verb.Heartbeat), (6, Verb.Revoke), (2, Verb.Seal), (1, Verb.Finish), (5, Verb.Expire), (8, Verb.Claim), (8, Verb.Settle), (3, Verb.TakePlace),
        (4, Verb.Pass),
    ];

    /// <summary>Runs, and how FsCheck makes a failing one shorter.</summary>
    public static Arbitrary<Run> Arbitrary() => Arb.From(Generate(), Shrink);

    public override string ToString() => string.Join("; ", Steps);

    private static Gen<Run> Generate()
    {
        var verbs = Gen.Frequency(Weights.Select(weighted => (weighted.Weight, Gen.Constant(weighted.Verb))).ToArray());
        var steps = verbs.SelectMany(verb => Gen.Choose(0, 99).SelectMany(which => Gen.Choose(0, 99).Select(how => new Step(verb, which, how))));
        return Gen.Choose(LeastSteps, MostSteps).SelectMany(count => steps.ListOf(count)).Select(list => new Run([.. list]));
    }

    /// <summary>Without a half, a quarter, … and in the end without any single step.</summary>
    private static IEnumerable<Run> Shrink(Run run)
    {
        for (var size = run.Steps.Count / 2; size > 0; size /= 2)
            for (var start = 0; start + size <= run.Steps.Count; start += size)
                yield return new Run([.. run.Steps.Take(start), .. run.Steps.Skip(start + size)]);
    }
}
