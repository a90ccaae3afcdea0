using CredBroker.Conformance.Stores;
using CredBroker.Tasks;

namespace CredBroker.Server.Tests.Storage.Model;

/// <summary>A task as it has to stand.</summary>
internal sealed class ModelTask(HeldTask held, ModelTask? parent)
{
    public HeldTask Held { get; } = held;

    public ModelTask? Parent { get; } = parent;

    public TaskState State { get; set; } = TaskState.Open;

    public DateTimeOffset Deadline { get; } = held.Task.Deadline;

    public DateTimeOffset HeartbeatDeadline { get; set; } = held.Task.HeartbeatDeadline;

    /// <summary>Leases that hold a place under the task's limit.</summary>
    public int Places { get; set; }

    public DateTimeOffset DueAt => HeartbeatDeadline < Deadline ? HeartbeatDeadline : Deadline;
}
