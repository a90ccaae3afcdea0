using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>An open task and its token.</summary>
/// <param name="Task">The task.</param>
/// <param name="Token">Its token, for its owner alone.</param>
public sealed record OpenedTask(AgentTask Task, TaskToken Token);
