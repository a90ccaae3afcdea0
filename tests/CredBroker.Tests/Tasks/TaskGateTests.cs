using CredBroker.Tasks;

namespace CredBroker.Tests.Tasks;

[TestFixture, Category("Unit")]
public sealed class TaskGateTests
{
    private const int MaxBytes = 32 * 1024 * 1024;

    private readonly CountingTaskStore _store = new();

    [Test]
    public async Task Recall_SeenBefore_AsksTheStoreNoMore()
    {
        using var gate = new TaskGate(_store);
        var tokens = Enumerable.Range(0, 5_000).Select(_ => _store.Add(purpose: "reconcile-invoices")).ToList();
        foreach (var token in tokens) await gate.ReadAsync(token, CancellationToken.None);
        _store.Reads = 0;

        foreach (var token in tokens) await gate.RecallAsync(token, CancellationToken.None);

        Assert.That(_store.Reads, Is.Zero);
    }

    [Test]
    public async Task Recall_ManyLargeTasks_RemembersNoMoreThanItHasRoomFor()
    {
        using var gate = new TaskGate(_store);
        var text = new string('x', 32 * 1024);
        var tokens = Enumerable.Range(0, 1_000).Select(_ => _store.Add(text)).ToList();
        foreach (var token in tokens) await gate.ReadAsync(token, CancellationToken.None);
        _store.Reads = 0;

        foreach (var token in tokens) await gate.RecallAsync(token, CancellationToken.None);

        var remembered = tokens.Count - _store.Reads;
        Assert.That(remembered * text.Length * sizeof(char), Is.LessThanOrEqualTo(MaxBytes));
    }

    [Test]
    public async Task Recall_TokenOfAnother_Refused()
    {
        using var gate = new TaskGate(_store);
        var token = _store.Add("reconcile-invoices");
        await gate.ReadAsync(token, CancellationToken.None);

        Assert.That(
            async () => await gate.RecallAsync(TaskToken.New(token.TaskId), CancellationToken.None),
            Throws.TypeOf<RefusedException>().With.Property(nameof(RefusedException.Reason)).EqualTo(ErrorReason.TaskTokenInvalid));
    }
}
