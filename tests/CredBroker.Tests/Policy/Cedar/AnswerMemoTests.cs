using CredBroker.Policy.Cedar.Decisions;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>What is remembered of Cedar's answers, and that nothing is remembered that could be another answer.</summary>
[TestFixture]
[Category("Unit")]
public sealed class AnswerMemoTests
{
    private static readonly CedarAnswer Yes = new(true, ["all"], []);
    private static readonly PolicyQuestion Question = new("read", new PolicySlice([]));

    [Test]
    public void TryGet_SameQuestionAndRequest_TheAnswer()
    {
        var memo = new AnswerMemo(8);
        memo.Add(Question, AnswerMemo.DigestOf("one"u8), Yes);

        Assert.That(memo.TryGet(Question, AnswerMemo.DigestOf("one"u8), out var answer), Is.True);
        Assert.That(answer, Is.SameAs(Yes));
    }

    [Test]
    public void TryGet_AnotherRequestActionOrSlice_Nothing()
    {
        var memo = new AnswerMemo(8);
        var digest = AnswerMemo.DigestOf("one"u8);
        memo.Add(Question, digest, Yes);

        Assert.That(memo.TryGet(Question, AnswerMemo.DigestOf("two"u8), out _), Is.False);
        Assert.That(memo.TryGet(Question with { Action = "write" }, digest, out _), Is.False);
        Assert.That(memo.TryGet(Question with { Slice = new PolicySlice([]) }, digest, out _), Is.False);
    }

    [Test]
    public void Add_AnswerWithAnError_IsNotRemembered()
    {
        var memo = new AnswerMemo(8);
        memo.Add(Question, "digest", Yes with { Errors = [new CedarError("broken", "overflow", 0)] });

        Assert.That(memo.TryGet(Question, "digest", out _), Is.False);
    }

    [Test]
    public void Add_MoreThanFit_ForgetsTheOldest()
    {
        var memo = new AnswerMemo(8);
        for (var i = 0; i < 100; i++) memo.Add(Question, $"{i}", Yes);

        Assert.That(memo.TryGet(Question, "0", out _), Is.False);
        Assert.That(Enumerable.Range(0, 100).Count(i => memo.TryGet(Question, $"{i}", out _)), Is.LessThanOrEqualTo(8));
    }

    [Test]
    public async Task EvaluateAsync_PolicyThatNamesATask_TellsTasksApart()
    {
        var named = PolicyTasks.Agent with { Id = TaskId.New(1, DateTimeOffset.UnixEpoch) };
        using var policies = new EvaluatedPolicies().Use(
            $$"""
            @id("all") permit (principal, action, resource);
            @id("not-that-one") forbid (principal, action == Action::"read", resource) when { context.task == Task::"{{named.Id.Value}}" };
            """);

        var other = await policies.EvaluateAsync(EvaluatedPolicies.Request);
        var that = await policies.EvaluateAsync(EvaluatedPolicies.Request with { Task = named });

        Assert.That((other.Allowed, that.Allowed), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task EvaluateOpeningAsync_HeadThatNamesATask_TellsTasksApart()
    {
        var named = PolicyTasks.Agent with { Id = TaskId.New(1, DateTimeOffset.UnixEpoch) };
        using var policies = new EvaluatedPolicies().Use(
            $$"""
            @id("all") permit (principal, action, resource);
            @id("not-that-one") forbid (principal, action == Action::"openTask", resource == Task::"{{named.Id.Value}}");
            """);

        Assert.That((await policies.EvaluateOpeningAsync(PolicyTasks.Agent)).Allowed, Is.True);
        Assert.That((await policies.EvaluateOpeningAsync(named)).Allowed, Is.False);
    }

    [TestCase("""context.now < datetime("2026-03-01T12:00:30Z")""")]
    [TestCase("""context.task.age < duration("30s")""")]
    public async Task EvaluateAsync_PolicyThatLooksAtTheTime_IsAskedAgain(string condition)
    {
        using var policies = new EvaluatedPolicies().Use($$"""@id("soon") permit (principal, action in [Action::"read", Action::"write", Action::"delegate"], resource) when { {{condition}} };""");
        var request = EvaluatedPolicies.Request with { Task = PolicyTasks.Agent with { OpenedAt = policies.Time.GetUtcNow() } };

        Assert.That((await policies.EvaluateAsync(request)).Allowed, Is.True);
        policies.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.That((await policies.EvaluateAsync(request)).Allowed, Is.False);
    }

    [Test]
    public async Task EvaluateAsync_AnotherSet_AnswersAnew()
    {
        using var policies = new EvaluatedPolicies().Use("""@id("all") permit (principal, action, resource);""");
        Assert.That((await policies.EvaluateAsync(EvaluatedPolicies.Request)).Allowed, Is.True);

        policies.Use("""@id("none") forbid (principal, action, resource);""");

        Assert.That((await policies.EvaluateAsync(EvaluatedPolicies.Request)).Allowed, Is.False);
    }
}
