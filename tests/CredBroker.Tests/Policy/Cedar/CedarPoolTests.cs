using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Wasm;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
public sealed class CedarPoolTests
{
    private const int Size = 3;

    private static readonly PolicySlice Slice = Policies.Slice("permit (principal, action, resource) when { context.live_leases < 5 };");

    private int _created;
    private CedarPool _pool = null!;

    [SetUp]
    public void SetUp()
    {
        _created = 0;
        _pool = new CedarPool(Size, long.MaxValue, Create);
    }

    [TearDown]
    public void TearDown() => _pool.Dispose();

    [Test]
    public async Task UseAsync_ManyAtOnce_DecidesEachRightWithNoMoreSessionsThanItsSize()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
            (Wanted: i % 10 < 5, Got: (await DecideAsync(i % 10)).Allowed))));

        Assert.That(answers.Where(answer => answer.Wanted != answer.Got), Is.Empty);
        Assert.That(_created, Is.LessThanOrEqualTo(Size));
    }

    [Test]
    public async Task UseAsync_SessionInUse_IsNotGivenToAnother()
    {
        using var pool = new CedarPool(1, long.MaxValue, Create);
        using var inside = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var first = Task.Run(() => pool.UseAsync(
            _ =>
            {
                inside.Set();
                go.Wait();
                return 0;
            },
            CancellationToken.None).AsTask());
        inside.Wait();

        var second = pool.UseAsync(_ => 1, CancellationToken.None).AsTask();
        Assert.That(second.IsCompleted, Is.False);
        go.Set();

        Assert.That(await first, Is.Zero);
        Assert.That(await second, Is.EqualTo(1));
        Assert.That(_created, Is.EqualTo(1));
    }

    [Test]
    public async Task UseAsync_SessionThatFaults_IsThrownAwayAndTheNextCallerGetsANewOne()
    {
        await DecideAsync(0);

        Assert.That(async () => await _pool.UseAsync<int>(_ => throw new CedarFaultException("broke off"), CancellationToken.None), Throws.TypeOf<CedarFaultException>());

        Assert.That(_pool.Idle, Is.Zero);
        Assert.That((await DecideAsync(0)).Allowed, Is.True);
        Assert.That(_created, Is.EqualTo(2));
    }

    [Test]
    public async Task UseAsync_FaultsOfMoreCallersThanItsSize_LeaveItUsable()
    {
        for (var i = 0; i < 2 * Size; i++)
            Assert.That(async () => await _pool.UseAsync<int>(_ => throw new CedarFaultException("broke off"), CancellationToken.None), Throws.TypeOf<CedarFaultException>());

        Assert.That((await DecideAsync(0)).Allowed, Is.True);
    }

    [Test]
    public async Task UseAsync_SessionThatHasGrownTooLarge_IsNotUsedAgain()
    {
        using var pool = new CedarPool(1, maxMemory: 1, Create);

        await pool.UseAsync(session => session.MemoryBytes, CancellationToken.None);
        await pool.UseAsync(session => session.MemoryBytes, CancellationToken.None);

        Assert.That((_created, pool.Idle), Is.EqualTo((2, 0)));
    }

    [Test]
    public void UseAsync_SessionsCannotBeStarted_FailsAndDoesNotHang()
    {
        using var pool = new CedarPool(1, long.MaxValue, () => throw new CedarFaultException("no memory"));

        for (var i = 0; i < 3; i++)
            Assert.That(async () => await pool.UseAsync(_ => 0, CancellationToken.None), Throws.TypeOf<CedarFaultException>());
    }

    [Test]
    public async Task Dispose_WhileInUse_LetsItEndAndKeepsNothing()
    {
        await _pool.UseAsync(
            session =>
            {
                _pool.Dispose();
                return session.Decide(Slice, "read", new Ask().Json);
            },
            CancellationToken.None);

        Assert.That(_pool.Idle, Is.Zero);
        Assert.That((await DecideAsync(0)).Allowed, Is.True, "Whoever still holds an old pool is answered.");
        Assert.That(_pool.Idle, Is.Zero);
    }

    [Test]
    public async Task Fill_BeforeUse_PreparesEverySession()
    {
        var prepared = 0;
        _pool.Fill(session =>
        {
            session.Prepare(Slice);
            prepared++;
        });

        Assert.That((prepared, _pool.Idle, _created), Is.EqualTo((Size, Size, Size)));
        Assert.That((await DecideAsync(0)).Allowed, Is.True);
        Assert.That(_created, Is.EqualTo(Size));
    }

    private ValueTask<CedarAnswer> DecideAsync(long live) =>
        _pool.UseAsync(session => session.Decide(Slice, "read", new Ask { LiveLeases = live }.Json), CancellationToken.None);

    private CedarSession Create()
    {
        Interlocked.Increment(ref _created);
        return TestCedar.NewSession();
    }
}
