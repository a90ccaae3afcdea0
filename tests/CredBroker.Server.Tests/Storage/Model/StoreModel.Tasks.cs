using CredBroker.Conformance.Stores;
using CredBroker.Tasks;

namespace CredBroker.Server.Tests.Storage.Model;

/// <content>Tasks.</content>
internal sealed partial class StoreModel
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan[] Durations = [Long, Long, TimeSpan.FromMilliseconds(90), TimeSpan.FromMinutes(2)];
    private static readonly TimeSpan[] Intervals = [Long, Long, Long, TimeSpan.FromMilliseconds(60)];

    private async Task OpenAsync(ModelTask? parent, Step step)
    {
        var draft = new TaskDraft
        {
            Bucket = 7,
            Subject = Workload,
            Parent = parent?.Held,
            MaxDuration = step.Choose(Durations),
            HeartbeatInterval = Intervals[step.How / 4 % Intervals.Length],
        };
        var held = draft.Build(TimeProvider.System.GetUtcNow());

        var outcome = await CallAsync(() => broker.TryOpenAsync(held));

        var mayOpen = parent is null || (parent.State == TaskState.Open && !Passed(parent.Deadline));
        var mustOpen = parent is null || (parent.State == TaskState.Open && !MayHavePassed(parent.Deadline));
        if (outcome is OpenOutcome.Opened(var task))
        {
            Hold(mayOpen, "a task was opened under one that is over");
            _tasks.Add(new ModelTask(held with { Task = task }, parent));
            return;
        }

        Hold(outcome is OpenOutcome.ParentEnded && !mustOpen, $"a task was not opened: {outcome}");
    }

    private async Task HeartbeatAsync(ModelTask task)
    {
        var outcome = await CallAsync(() => broker.Tasks.HeartbeatAsync(task.Held.Token, reattested: null, CancellationToken.None));

        if (outcome is HeartbeatOutcome.Extended(var heartbeat, _))
        {
            Hold(task.State == TaskState.Open && !Passed(task.Deadline), "a task that is over took a heartbeat");
            Hold(heartbeat >= task.HeartbeatDeadline && heartbeat <= task.Deadline, "a heartbeat moved the deadline out of bounds");
            task.HeartbeatDeadline = heartbeat;
            return;
        }

        Hold(outcome is HeartbeatOutcome.Over && (task.State != TaskState.Open || MayHavePassed(task.Deadline)), $"a heartbeat was refused: {outcome}");
    }

    private async Task SealAsync(ModelTask task)
    {
        var outcome = await CallAsync(() => broker.SealAsync(task.Held));

        var must = task.State switch
        {
            TaskState.Open => SealOutcome.Sealed,
            TaskState.Sealed => SealOutcome.WasSealed,
            _ => SealOutcome.WasEnded,
        };
        Hold(outcome == must, $"sealing a task that is {task.State} answered {outcome}");
        if (task.State == TaskState.Open) task.State = TaskState.Sealed;
    }

    private async Task FinishAsync(ModelTask task)
    {
        await broker.FinishAsync(task.Held);
        if (task.State == TaskState.Sealed) task.State = TaskState.Ended;
    }

    /// <summary>Seals a task that is due, as the broker that meets it does.</summary>
    private async Task ExpireAsync(ModelTask task)
    {
        var outcome = await CallAsync(() => broker.SealIfDueAsync(task.Held));

        if (task.State != TaskState.Open) return;
        Hold(outcome == SealOutcome.Sealed && MayHavePassed(task.DueAt), $"an open task that was due answered {outcome}");
        task.State = TaskState.Sealed;
    }
}
