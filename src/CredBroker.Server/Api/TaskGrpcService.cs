using CredBroker.Issuance;
using CredBroker.Protocol.V1;
using CredBroker.Revocation;
using CredBroker.Server.Access;
using CredBroker.Server.Api.Wire;
using CredBroker.Tasks;
using Grpc.Core;
using OpenTaskRequest = CredBroker.Protocol.V1.OpenTaskRequest;

namespace CredBroker.Server.Api;

/// <summary><c>TaskService</c> of the protocol.</summary>
internal sealed class TaskGrpcService(
    TaskOpener opener, TaskHeartbeat heartbeat, TaskEnder ender, TaskConfirmation confirmation, TaskGate gate, TaskLister lister,
    IHostApplicationLifetime broker)
    : TaskService.TaskServiceBase
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    public override async Task<OpenTaskResponse> OpenTask(OpenTaskRequest request, ServerCallContext context)
    {
        var opened = await opener.OpenAsync(
            new Issuance.OpenTaskRequest
            {
                Evidence = Read.Evidence(request.Evidence),
                TaskRef = request.TaskRef,
                Purpose = request.Purpose,
                Intent = request.Intent,
                Labels = request.Labels,
                ParentTaskToken = request.ParentTaskToken,
                Delegation = [.. request.Delegation.Select(Read.Delegation)],
                MaxDuration = Read.Duration(request.MaxDuration, "max_duration"),
                HeartbeatInterval = Read.Duration(request.HeartbeatInterval, "heartbeat_interval"),
                Source = CallerSource.Of(context),
            },
            context.CancellationToken);
        return new OpenTaskResponse { Task = Write.Task(opened.Task), TaskToken = opened.Token.Reveal() };
    }

    public override async Task<HeartbeatResponse> Heartbeat(HeartbeatRequest request, ServerCallContext context)
    {
        var token = OwnToken(context, request.TaskId);
        var evidence = request.Evidence is null ? null : Read.Evidence(request.Evidence);
        var extended = await heartbeat.BeatAsync(token, evidence, context.CancellationToken);
        return new HeartbeatResponse
        {
            HeartbeatDeadline = Write.Instant(extended.HeartbeatDeadline),
            AttestedUntil = Write.Instant(extended.AttestedUntil),
        };
    }

    public override async Task KeepAlive(
        IAsyncStreamReader<KeepAliveRequest> requestStream, IServerStreamWriter<KeepAliveResponse> responseStream, ServerCallContext context)
    {
        var token = CallerToken.Of(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(broker.ApplicationStopping, context.CancellationToken);
        try
        {
            await foreach (var _ in requestStream.ReadAllAsync(either.Token))
            {
                var extended = await heartbeat.BeatAsync(token, evidence: null, context.CancellationToken);
                await responseStream.WriteAsync(
                    new KeepAliveResponse { HeartbeatDeadline = Write.Instant(extended.HeartbeatDeadline) }, context.CancellationToken);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            // This broker stops: the caller goes on with another.
        }
    }

    public override async Task<EndTaskResponse> EndTask(EndTaskRequest request, ServerCallContext context)
    {
        var wait = Read.Duration(request.Wait, "wait");
        new RequestLimits()
            .Text("outcome", request.Outcome)
            .Require(wait is null || (wait >= TimeSpan.Zero && wait <= MaxWait), "wait", "must be 0 to 60 s")
            .ThrowIfAny();
        var task = await FindAsync(request.TaskId, OperatorRole.Responder, context);

        // Once begun it is carried through, whether or not the caller still listens.
        var seal = CallerAccess.OperatorOf(context) is { } caller
            ? new SealRequest(task.Id, EndReason.Operator) { Outcome = request.Outcome, EndedBy = caller.Principal }
            : new SealRequest(task.Id, EndReason.TaskEnded) { Outcome = request.Outcome };
        var ended = await ender.EndAsync(seal, CancellationToken.None) ?? throw TaskGate.NotFound();
        var receipt = await confirmation.WaitAsync(ended, wait ?? TimeSpan.Zero, context.CancellationToken);
        return new EndTaskResponse { Receipt = Write.Receipt(receipt) };
    }

    public override async Task<GetTaskResponse> GetTask(GetTaskRequest request, ServerCallContext context)
    {
        var task = await FindAsync(request.TaskId, OperatorRole.Viewer, context);
        return new GetTaskResponse { Task = Write.Task(task) };
    }

    public override async Task<ListTasksResponse> ListTasks(ListTasksRequest request, ServerCallContext context)
    {
        var filter = new TaskFilter { Tenant = Read.Text(request.Tenant), Workload = Read.Text(request.Workload), State = Read.TaskState(request.State) };
        var (tasks, next) = CallerAccess.OperatorOf(context) is { } caller
            ? await lister.ListAsync(caller.TenantsOf(OperatorRole.Viewer), filter, request.PageSize, request.PageToken, context.CancellationToken)
            : await lister.ListBelowAsync(CallerToken.Of(context), filter, request.PageSize, request.PageToken, context.CancellationToken);
        var response = new ListTasksResponse { NextPageToken = next };
        response.Tasks.AddRange(tasks.Select(Write.Task));
        return response;
    }

    /// <summary>A task that the caller may look at, or end: an operator's by its tenant, a task's own or one below it.</summary>
    private async Task<Tasks.AgentTask> FindAsync(string taskId, OperatorRole role, ServerCallContext context)
    {
        var asked = Read.TaskId(taskId);
        if (CallerAccess.OperatorOf(context) is not { } caller)
            return await gate.ReadOwnOrBelowAsync(CallerToken.Of(context), asked, context.CancellationToken);
        return await lister.GetAsync(
            caller.TenantsOf(role), asked ?? throw RefusedException.Invalid("task_id", "must be given by an operator"), context.CancellationToken);
    }

    /// <summary>A heartbeat is the task's own: nobody else can say that it is at work.</summary>
    private static TaskToken OwnToken(ServerCallContext context, string taskId)
    {
        var token = CallerToken.Of(context);
        return Read.TaskId(taskId) is { } asked && asked != token.TaskId ? throw TaskGate.NotFound() : token;
    }
}
