using CredBroker.Protocol.V1;
using Grpc.Core;

namespace CredBroker.Testing.Broker;

internal sealed class FakeTaskService(FakeBroker broker) : TaskService.TaskServiceBase
{
    public override Task<OpenTaskResponse> OpenTask(OpenTaskRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, _) => broker.Ledger.Open(r));

    public override Task<HeartbeatResponse> Heartbeat(HeartbeatRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, token) => broker.Ledger.Beat(token));

    public override Task<EndTaskResponse> EndTask(EndTaskRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, token) => broker.Ledger.End(r, token));

    public override Task<GetTaskResponse> GetTask(GetTaskRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, token) => new GetTaskResponse { Task = broker.Ledger.TaskOf(token, r.TaskId).Clone() });

    public override Task<ListTasksResponse> ListTasks(ListTasksRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, token) => broker.Ledger.Tasks(r, token));
}
