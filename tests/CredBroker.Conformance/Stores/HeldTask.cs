using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>An open task with the token that its agent holds.</summary>
public sealed record HeldTask(AgentTask Task, TaskToken Token)
{
    public TaskId Id => Task.Id;

    public int Bucket => Task.Id.Bucket;
}
