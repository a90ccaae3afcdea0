using System.Text.Json;
using CredBroker.Approvals;
using CredBroker.Testing.Audit;
using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.Conformance.Stores;

/// <summary>People are asked once for equal things, decide once, in time, and what becomes of it is on record.</summary>
public abstract class ApprovalConformance(IStoreForm form) : StoreConformance(form)
{
    public const int MaxPerTask = 5;

    public const int MaxPerWorkload = 24;

    public static readonly TimeSpan LapseAfter = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan Remember = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Ask_Anything_IsReadAsItWasWritten()
    {
        var task = await Broker.OpenAsync();

        var asked = await Broker.AskAsync(task);

        Assert.That(JsonSerializer.Serialize(await Broker.ReadAsync(asked)), Is.EqualTo(JsonSerializer.Serialize(asked)));
        Assert.That(asked.LapsesAt - asked.AskedAt, Is.EqualTo(LapseAfter));
        Assert.That((await Broker.ReadAsync(asked)).Action, Is.EqualTo(asked.Action));
    }

    [Test]
    public async Task Ask_TheSameManyTimesAtOnce_OneRequest()
    {
        var task = await Broker.OpenAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Broker.TryAskAsync(task)));

        var asked = outcomes.OfType<AskOutcome.Asked>().Single().Request;
        Assert.That(outcomes.OfType<AskOutcome.Stands>().Select(outcome => outcome.Request.Id).ToList(), Has.Count.EqualTo(19).And.All.EqualTo(asked.Id));
    }

    [Test]
    public async Task Ask_MoreThanATaskMay_Refused()
    {
        var task = await Broker.OpenAsync();
        for (var i = 0; i < MaxPerTask; i++) await Broker.AskAsync(task, new ApprovalDraft { Justification = $"{i}" });

        Assert.That(await Broker.TryAskAsync(task), Is.EqualTo(new AskOutcome.Refused(ErrorReason.QuotaExceeded)));
        Assert.That(await Broker.TryAskAsync(task, new ApprovalDraft { Justification = "0" }), Is.TypeOf<AskOutcome.Stands>(), "what is asked already costs nothing");
    }

    [Test]
    public async Task LapseOf_OneIsOfALaterVersion_TheOthersLapse()
    {
        var task = await Broker.OpenAsync();
        var asked = new List<ApprovalRequest>();
        for (var i = 0; i < MaxPerTask; i++) asked.Add(await Broker.AskAsync(task, new ApprovalDraft { Justification = $"{i}" }));
        await Store.Mishaps.LeaveApprovalOfLaterAsync(asked[0].Id);
        var audit = new ApprovalAudit(new RecordingAuditLog(), Broker.Outbox);

        await new ApprovalSweep(Broker.Approvals, Broker.ApprovalIndex, audit, NullLogger<ApprovalSweep>.Instance).LapseOfAsync(task.Id, None);

        foreach (var request in asked.Skip(1)) Assert.That((await Broker.ReadAsync(request)).State, Is.EqualTo(ApprovalState.Lapsed));
    }

    [Test]
    public async Task Ask_RefusedOnesCountAndUsedOnesDoNot()
    {
        var task = await Broker.OpenAsync();
        for (var i = 0; i < MaxPerTask; i++)
        {
            var request = await Broker.ApproveAsync(await Broker.AskAsync(task, new ApprovalDraft { Justification = $"{i}" }));
            Assert.That(await Broker.Approvals.UseAsync(request, task.Token.SecretHash, None), Is.Null);
        }

        for (var i = 0; i < MaxPerTask; i++)
            await Broker.TryVoteAsync(await Broker.AskAsync(task, new ApprovalDraft { Justification = $"again {i}" }), ApprovalState.Denied);

        Assert.That(await Broker.TryAskAsync(task), Is.EqualTo(new AskOutcome.Refused(ErrorReason.QuotaExceeded)));
    }

    [Test]
    public async Task Ask_ManyTasksOfAWorkloadAtOnce_NoMoreThanItMay()
    {
        await using var other = await Store.ConnectAsync();
        var subject = new TaskDraft().Subject;
        var tasks = await Task.WhenAll(Enumerable.Range(0, MaxPerWorkload + 8).Select(i => Broker.OpenAsync(new TaskDraft { Subject = subject, TaskRef = $"{i}" })));

        var outcomes = await Task.WhenAll(tasks.Select((task, i) => (i % 2 == 0 ? Broker : other).TryAskAsync(task)));

        Assert.That(outcomes.Count(outcome => outcome is AskOutcome.Asked), Is.EqualTo(MaxPerWorkload));
        Assert.That(outcomes.Count(outcome => outcome is AskOutcome.WorkloadFull), Is.EqualTo(8));
        var asked = outcomes.Index().First(outcome => outcome.Item is AskOutcome.Asked);
        Assert.That(await Broker.TryAskAsync(tasks[asked.Index]), Is.TypeOf<AskOutcome.Stands>(), "what is asked already costs nothing");
        Assert.That(await Broker.TryAskAsync(await Broker.OpenAsync()), Is.TypeOf<AskOutcome.Asked>(), "another workload is not touched");

        await Broker.Places.ReturnAsync(((AskOutcome.Asked)asked.Item).Request, None);
        var refused = outcomes.Index().First(outcome => outcome.Item is AskOutcome.WorkloadFull).Index;
        Assert.That(await Broker.TryAskAsync(tasks[refused]), Is.TypeOf<AskOutcome.Asked>(), "a place that was given back is free");
    }

    [Test]
    public async Task Ask_EndedTasksAndNoes_StillCountForTheirWorkload()
    {
        var subject = new TaskDraft().Subject;
        for (var i = 0; i < MaxPerWorkload; i++)
        {
            var task = await Broker.OpenAsync(new TaskDraft { Subject = subject, TaskRef = $"{i}" });
            var request = await Broker.AskAsync(task);
            if (i % 2 == 0) await Broker.TryVoteAsync(request, ApprovalState.Denied);
            else await Broker.SealAsync(task);
        }

        Assert.That(await Broker.TryAskAsync(await Broker.OpenAsync(new TaskDraft { Subject = subject })), Is.TypeOf<AskOutcome.WorkloadFull>());
    }

    [Test]
    public async Task Ask_WhatIsNotRecorded_TakesNoPlace()
    {
        var subject = new TaskDraft().Subject;
        var closed = await Broker.OpenAsync(new TaskDraft { Subject = subject, TaskRef = "sealed" });
        await Broker.SealAsync(closed);
        var full = await Broker.OpenAsync(new TaskDraft { Subject = subject, TaskRef = "full" });
        for (var i = 0; i < MaxPerTask; i++) await Broker.AskAsync(full, new ApprovalDraft { Justification = $"{i}" });

        for (var i = 0; i < 2 * MaxPerWorkload; i++)
        {
            Assert.That(await Broker.TryAskAsync(i % 2 == 0 ? closed : full, new ApprovalDraft { Justification = $"more {i}" }), Is.TypeOf<AskOutcome.Refused>());
        }

        Assert.That(await Broker.TryAskAsync(await Broker.OpenAsync(new TaskDraft { Subject = subject })), Is.TypeOf<AskOutcome.Asked>());
    }

    [Test]
    public async Task Ask_AfterANo_TheNoStands()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.AskAsync(task);
        await Broker.TryVoteAsync(request, ApprovalState.Denied);

        Assert.That(await Broker.TryAskAsync(task), Is.TypeOf<AskOutcome.Stands>().With.Property("Request").Property("State").EqualTo(ApprovalState.Denied));
    }

    [Test]
    public async Task Ask_AnotherToken_Refused()
    {
        var task = await Broker.OpenAsync();
        var other = await Broker.OpenAsync();

        Assert.That(await Broker.TryAskAsync(task with { Token = other.Token }), Is.EqualTo(new AskOutcome.Refused(ErrorReason.TaskTokenInvalid)));
    }

    [Test]
    public async Task Ask_SealedTask_Refused()
    {
        var task = await Broker.OpenAsync();
        await Broker.SealAsync(task);

        Assert.That(await Broker.TryAskAsync(task), Is.EqualTo(new AskOutcome.Refused(ErrorReason.TaskEnded)));
    }

    [Test]
    public async Task Vote_ManyAtOnceOnWhatAllHaveRead_OneIsRecorded()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.AskAsync(task);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            Broker.TryVoteAsync(request, i % 2 == 0 ? ApprovalState.Approved : ApprovalState.Denied, $"person-{i}")));

        Assert.That(outcomes.Count(outcome => outcome == VoteOutcome.Recorded), Is.EqualTo(1));
        Assert.That(outcomes.Count(outcome => outcome == VoteOutcome.Overtaken), Is.EqualTo(19));
        var read = await Broker.ReadAsync(request);
        Assert.That((read.Generation, read.Votes.Count), Is.EqualTo((2, 1)));
        Assert.That(read.State, Is.EqualTo(read.Votes[0].Agrees ? ApprovalState.Approved : ApprovalState.Denied));
        Assert.That(read.LapsesAt, Is.EqualTo(request.LapsesAt), "agreeing makes nothing last longer");
    }

    [Test]
    public async Task Vote_SealedTask_Refused()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.AskAsync(task);
        await Broker.SealAsync(task);

        Assert.That(await Broker.TryVoteAsync(request, ApprovalState.Approved), Is.EqualTo(VoteOutcome.TaskEnded));
    }

    [Test]
    public async Task Lapse_OfAnEndedTask_NothingCanBecomeOfThem()
    {
        var task = await Broker.OpenAsync();
        var pending = await Broker.AskAsync(task);
        var approved = await Broker.ApproveAsync(await Broker.AskAsync(task, new ApprovalDraft { Justification = "2" }));

        foreach (var id in await Broker.Approvals.ListOfTaskAsync(task.Id, None)) await Broker.Approvals.LapseAsync(id, onlyIfDue: false, None);

        Assert.That((await Broker.ReadAsync(pending)).State, Is.EqualTo(ApprovalState.Lapsed));
        AssertRefused(await Broker.TryBeginAsync(task, LeaseDraft.Token.For(approved)), ErrorReason.ApprovalLapsed);
        Assert.That(await Broker.TryVoteAsync(await Broker.ReadAsync(pending), ApprovalState.Approved), Is.EqualTo(VoteOutcome.Overtaken));
    }

    [Test]
    public async Task Lapse_NotDue_ChangesNothing()
    {
        var request = await Broker.AskAsync(await Broker.OpenAsync());

        Assert.That(await Broker.Approvals.LapseAsync(request.Id, onlyIfDue: true, None), Is.False);
        await Broker.Approvals.ForgetAsync(request.Id, request, None);
        Assert.That(await Broker.ReadAsync(request), Has.Property("State").EqualTo(ApprovalState.Pending));
    }

    [Test]
    public async Task Run_EveryEnd_LapsesInTimeAndIsForgotten()
    {
        var task = await Broker.OpenAsync();
        var approved = await Broker.ApproveAsync(await Broker.AskAsync(task, new ApprovalDraft { Justification = "approved" }));
        var used = await Broker.ApproveAsync(await Broker.AskAsync(task, new ApprovalDraft { Justification = "used" }));
        await Broker.BeginAsync(task, LeaseDraft.Token.For(used));
        var denied = await Broker.AskAsync(task, new ApprovalDraft { Justification = "denied" });
        await Broker.TryVoteAsync(denied, ApprovalState.Denied);
        var pending = await Broker.AskAsync(task);
        Assert.That(await Broker.ApprovalIndex.ReadDueAsync(100, None), Does.Not.Contain(pending.Id));

        await PassAsync(pending.LapsesAt);
        AssertRefused(await Broker.TryBeginAsync(task, LeaseDraft.Token.For(approved)), ErrorReason.ApprovalLapsed);
        Assert.That(await Broker.TryVoteAsync(pending, ApprovalState.Approved), Is.EqualTo(VoteOutcome.Lapsed));
        Assert.That(await Broker.ApprovalIndex.ReadDueAsync(100, None), Is.SupersetOf(new[] { approved.Id, pending.Id, denied.Id, used.Id }));
        Assert.That(await Broker.TryAskAsync(task), Is.TypeOf<AskOutcome.Asked>(), "whom nobody answered may ask again");

        Assert.That(await Broker.Approvals.LapseAsync(pending.Id, onlyIfDue: true, None), Is.True);
        Assert.That(await Broker.Approvals.LapseAsync(approved.Id, onlyIfDue: true, None), Is.True);
        await PassAsync(await Store.ReadTimeAsync() + Remember);
        await Broker.Approvals.ForgetAsync(used.Id, used, None);
        Assert.That((await Broker.ReadAsync(used)).State, Is.EqualTo(ApprovalState.Used), "the audit trail is owed lines of it");
        await UntilAsync(async () => await SettleAsync() == 0, "nothing is owed");
        foreach (var request in new[] { approved, used, denied, pending }) await Broker.Approvals.ForgetAsync(request.Id, request, None);
        var left = (await Store.ScanAsync()).Select(key => key.Name).ToList();
        foreach (var request in new[] { approved, used, denied, pending })
            Assert.That(left, Has.None.Contains(request.Id.Value).And.None.EndsWith(request == pending ? "none" : request.Action.Digest));
        Assert.That(await Broker.Approvals.ListOfTaskAsync(task.Id, None), Has.Count.EqualTo(1), "the one that was asked last");
    }

    [Test]
    public async Task Outbox_EveryTransition_OwesALineThatTheRecordCanTell()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.AskAsync(task);
        Assert.That(await Broker.TryVoteAsync(request, ApprovalState.Pending), Is.EqualTo(VoteOutcome.Recorded));
        request = await Broker.ApproveAsync(await Broker.ReadAsync(request));
        await Broker.BeginAsync(task, LeaseDraft.Token.For(request));
        var read = await Broker.ReadAsync(request);

        await UntilAsync(async () => (await OwedAsync(request)).Count == 4, "four lines are owed");

        Assert.That(
            (await OwedAsync(request)).Order().Select(generation => ApprovalLines.Of(read, generation)?.Type.ToString()),
            Is.EqualTo(new[] { "ApprovalRequested", "ApprovalDecided", "ApprovalDecided", "ApprovalUsed" }));
    }

    [Test]
    public async Task List_ManyRequests_NewestFirstEachOnceAcrossPages()
    {
        var task = await Broker.OpenAsync();
        var asked = new List<ApprovalId>();
        for (var i = 0; i < MaxPerTask; i++) asked.Add((await Broker.AskAsync(task, new ApprovalDraft { Justification = $"{i}" })).Id);

        var found = new List<ApprovalPosition>();
        ApprovalPosition? after = null;
        for (var isLast = false; !isLast;)
        {
            var page = await Broker.ApprovalIndex.ListAsync(task.Bucket, after, 2, None);
            found.AddRange(page.Positions.Where(position => asked.Contains(position.Id)));
            after = page.Positions.Count > 0 ? page.Positions[^1] : after;
            isLast = page.IsLast;
        }

        // Those of one millisecond stand in any order.
        Assert.That(found.Select(position => position.Id), Is.EquivalentTo(asked));
        Assert.That(found.Select(position => position.AskedAt), Is.Ordered.Descending);
    }

    [Test]
    public async Task ReadChanged_SinceAnInstant_TellsWhatHasChangedSince()
    {
        var task = await Broker.OpenAsync();
        var first = await Broker.AskAsync(task);
        await PassAsync(first.AskedAt);
        var since = (await Broker.ApprovalIndex.ReadChangedAsync(null, None)).AsOf;
        Assert.That((await Broker.ApprovalIndex.ReadChangedAsync(null, None)).Ids, Does.Contain(first.Id));
        await PassAsync(since);
        var second = await Broker.AskAsync(task, new ApprovalDraft { Justification = "2" });

        Assert.That((await Broker.ApprovalIndex.ReadChangedAsync(since, None)).Ids, Does.Contain(second.Id));
        await Broker.ApproveAsync(first);
        Assert.That((await Broker.ApprovalIndex.ReadChangedAsync(since, None)).Ids, Does.Contain(first.Id));
    }

    private async Task<int> SettleAsync()
    {
        var owed = await Broker.Outbox.ReadOwedAsync(TimeSpan.Zero, 1_000, None);
        await Broker.Outbox.SettleAsync(owed, None);
        return owed.Count;
    }

    private async Task<List<long>> OwedAsync(ApprovalRequest request) => [.. (await Broker.Outbox.ReadOwedAsync(TimeSpan.Zero, 1_000, None))
        .Where(note => note.SubjectId == request.Id.Value).Select(note => note.Generation)];
}
