using CredBroker.Conformance.Stores;
using CredBroker.Server.Tests.Storage.Forms;
using CredBroker.Server.Tests.Storage.Model;
using FsCheck;
using FsCheck.Fluent;

namespace CredBroker.Server.Tests.Storage;

/// <summary>Whatever is done to a store in whatever order, it stands as a plain model of it says. A failing run comes out as short as FsCheck can make it.</summary>
[TestFixture]
public sealed class StoreModelTests() : StoreConformance(StoreForms.Redis.With(Rules))
{
    /// <summary>So short that what is never handed out comes to its time within a run.</summary>
    private static readonly StoreRules Rules = StoreForm.Rules with { IntentLife = TimeSpan.FromMilliseconds(80) };

    private const int Runs = 30;
    private const int ManyRuns = 1_500;

    [Test]
    public void Run_AnySteps_StandsAsTheModelSays() => Check(Runs);

    [Test, Category("Long")]
    public void Run_AnyStepsManyTimes_StandsAsTheModelSays() => Check(ManyRuns);

    private void Check(int runs)
    {
        Func<Run, Task> holds = HoldsAsync;
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(runs), Prop.ForAll(Run.Arbitrary(), holds));
    }

    private async Task HoldsAsync(Run run)
    {
        await Store.EmptyAsync();
        await new StoreModel(Store, Broker).RunAsync(run);
    }
}
