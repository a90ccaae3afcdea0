using System.Runtime.CompilerServices;
using CredBroker.Client.Internal;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Operators;

/// <summary>What agents are doing.</summary>
public sealed class OperatorTasks
{
    private readonly OperatorCalls _calls;

    internal OperatorTasks(OperatorCalls calls) => _calls = calls;

    /// <summary>One task.</summary>
    public async Task<TaskInfo> GetAsync(string taskId, CancellationToken cancellationToken = default)
    {
        var answer = await _calls.CallAsync(_calls.Connection.Tasks.GetTaskAsync, new Wire.GetTaskRequest { TaskId = taskId }, cancellationToken);
        return answer.Task.ToTaskInfo();
    }

    /// <summary>Tasks, newest first, page by page: stop when you have enough.</summary>
    /// <param name="tenant">Only those of this tenant.</param>
    /// <param name="workload">Only those of this attested subject.</param>
    /// <param name="state">Only those in this state.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<TaskInfo> ListAsync(
        string? tenant = null, string? workload = null, TaskState? state = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new Wire.ListTasksRequest { Tenant = tenant ?? "", Workload = workload ?? "", State = (Wire.TaskState)(state ?? 0) };
        do
        {
            var page = await _calls.CallAsync(_calls.Connection.Tasks.ListTasksAsync, request, cancellationToken);
            foreach (var task in page.Tasks) yield return task.ToTaskInfo();
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Ends somebody's task and the tasks below it: nothing more is issued, and everything issued is revoked. May be called again, for a later receipt.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="outcome">Why, for the audit trail.</param>
    /// <param name="wait">How long the broker may wait until every revocation is confirmed, at most 60 s; null = it does not wait.</param>
    /// <param name="cancellationToken">Gives up waiting; not the end.</param>
    public async Task<TaskReceipt> EndAsync(string taskId, string outcome, TimeSpan? wait = null, CancellationToken cancellationToken = default)
    {
        var request = new Wire.EndTaskRequest { TaskId = taskId, Outcome = outcome, Wait = wait?.ToDuration() };
        var answer = await _calls.CallAsync(_calls.Connection.Tasks.EndTaskAsync, request, cancellationToken, wait ?? TimeSpan.Zero);
        return answer.Receipt.ToReceipt();
    }
}
