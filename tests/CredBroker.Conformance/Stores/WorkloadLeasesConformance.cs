using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>Leases of a workload are counted over all its tasks: perhaps too many for a while, never too few.</summary>
public abstract class WorkloadLeasesConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Count_TasksOfOneWorkload_AreCountedTogetherAndNobodyElses()
    {
        var first = await Broker.OpenAsync(new TaskDraft { Bucket = 1 });
        var second = await Broker.OpenAsync(new TaskDraft { Bucket = 2, Subject = first.Task.Subject });
        var stranger = await Broker.OpenAsync(new TaskDraft { Bucket = 1 });
        var namesake = await Broker.OpenAsync(new TaskDraft { Bucket = 1, Subject = first.Task.Subject, Tenant = "globex" });
        Assert.That(await CountAsync(first), Is.Zero);

        await Broker.IssueAsync(first);
        await Broker.IssueAsync(second);
        await Broker.IssueAsync(second, LeaseDraft.Secret);
        foreach (var other in new[] { stranger, namesake }) await Broker.IssueAsync(other);

        Assert.That(await CountAsync(first), Is.EqualTo(3));
        Assert.That(await CountAsync(first, LeaseDraft.Token.Template), Is.EqualTo(2));
        Assert.That(await CountAsync(first, LeaseDraft.Secret.Template), Is.EqualTo(1));
        Assert.That(await CountAsync(first, "orders"), Is.Zero);
    }

    [Test]
    public async Task Count_LeaseThatIsAskedAbout_IsLeftOutOnceAndOnlyWhereItIsThere()
    {
        var task = await Broker.OpenAsync();
        var (token, secret) = (await Broker.IssueAsync(task), await Broker.BeginAsync(task, LeaseDraft.Secret));

        Assert.That(await CountAsync(task, except: token.Id), Is.EqualTo(1));
        Assert.That(await CountAsync(task, LeaseDraft.Token.Template, token.Id), Is.Zero);
        Assert.That(await CountAsync(task, LeaseDraft.Token.Template, secret.Id), Is.EqualTo(1), "it is of another template");
        Assert.That(await CountAsync(task, except: LeaseId.New(task.Bucket, DateTimeOffset.UnixEpoch)), Is.EqualTo(2), "there is no such lease");
        var stranger = await Broker.OpenAsync(new TaskDraft { Bucket = task.Bucket });
        Assert.That(await CountAsync(task, except: (await Broker.IssueAsync(stranger)).Id), Is.EqualTo(2), "it is another's");
    }

    [Test]
    public async Task Count_UntilTheEndIsConfirmed_Counts()
    {
        var task = await Broker.OpenAsync();
        var (token, secret) = (await Broker.IssueAsync(task), await Broker.IssueAsync(task, LeaseDraft.Secret));

        await Broker.RevokeAsync(token);
        await Broker.RevokeAsync(secret);
        Assert.That(await CountAsync(task), Is.EqualTo(1), "a token dies at once, and of the other its backend has said nothing");

        await Broker.SettleAsync(await Broker.ClaimAsync(secret), SettlementOutcome.Revoked);
        Assert.That(await CountAsync(task), Is.Zero);
    }

    [Test]
    public async Task Count_AfterEachOfManyAtOnce_TheLastSeesAll()
    {
        const int Many = 24;
        var subject = new TaskDraft().Subject;
        var tasks = await Task.WhenAll(Enumerable.Range(0, Many).Select(bucket => Broker.OpenAsync(new TaskDraft { Bucket = bucket, Subject = subject })));

        var counts = await Task.WhenAll(tasks.Select(async task =>
        {
            var lease = await Broker.IssueAsync(task);
            return await CountAsync(task, LeaseDraft.Token.Template, lease.Id);
        }));

        Assert.That(counts.Max(), Is.EqualTo(Many - 1), "whoever was recorded last has counted all others");
        Assert.That(await CountAsync(tasks[0]), Is.EqualTo(Many));
    }

    private Task<long?> CountAsync(HeldTask task, string? template = null, LeaseId? except = null) =>
        Broker.Workloads.CountAsync(task.Task.Tenant, task.Task.Subject, template, except is { } one ? [one] : [], None);
}
