using CredBroker.Issuance;
using CredBroker.Protocol.V1;
using CredBroker.Revocation;
using CredBroker.Server.Access;
using CredBroker.Server.Api.Wire;
using CredBroker.Server.Hosting;
using CredBroker.Server.Proofs;
using CredBroker.Tasks;
using Grpc.Core;
using OpenTaskRequest = CredBroker.Protocol.V1.OpenTaskRequest;

namespace CredBroker.Server.Api;

/// <summary><c>TaskService</c> of the protocol.</summary>
internal sealed class TaskGrpcService(
    TaskOpener opener, TaskHeartbeat heartbeat, TaskEnding ending, TaskGate gate, TaskLister lister, ProofOfPossession proofs,
    StreamDrain streams)
    : TaskService.TaskServiceBase
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    public override async Task<OpenTaskResponse> OpenTask(OpenTaskRequest request, ServerCallContext context)
    {
        var opened = await opener.OpenAsync(
            new Issuance.OpenTaskRequest
            {
                Evidence = Read.Evidence(request.Evidence, context) with { Possession = proofs.Of(context.GetHttpContext()) },
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
        var evidence = request.Evidence is null ? null : Read.Evidence(request.Evidence, context) with { Possession = CallerToken.PossessionOf(context) };
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
        using var stream = streams.Enter(context.CancellationToken);
        try
        {
            await foreach (var _ in requestStream.ReadAllAsync(stream.End))
            {
                var extended = await heartbeat.BeatAsync(token, evidence: null, context.CancellationToken);
                await responseStream.WriteAsync(
                    new KeepAliveResponse { HeartbeatDeadline = Write.Instant(extended.HeartbeatDeadline) }, context.CancellationToken);
            }
        }
        catch (OperationCanceledException) when (stream.End.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
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
        var seal = (await SealAsync(request.TaskId, context)) with { Outcome = request.Outcome };
        return new EndTaskResponse { Receipt = Write.Receipt(await ending.EndAsync(seal, wait ?? TimeSpan.Zero, context.CancellationToken)) };
    }

    public override async Task<GetTaskResponse> GetTask(GetTaskRequest request, ServerCallContext context)
    {
        var task = await FindAsync(request.TaskId, context);
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

    /// <summary>A task that the caller may look at: an operator's by its tenant, a task's own or one below it.</summary>
    private async Task<Tasks.AgentTask> FindAsync(string taskId, ServerCallContext context) => CallerAccess.OperatorOf(context) is { } caller
        ? await FindAsync(taskId, caller.TenantsOf(OperatorRole.Viewer), context)
        : await gate.ReadOwnOrBelowAsync(CallerToken.Of(context), Read.TaskId(taskId), context.CancellationToken);

    private Task<Tasks.AgentTask> FindAsync(string taskId, TenantScope tenants, ServerCallContext context) => lister.GetAsync(
        tenants, Read.TaskId(taskId) ?? throw RefusedException.Invalid("task_id", "must be given by an operator"), context.CancellationToken);

    /// <summary>A task that the caller may end, and who does so.</summary>
    private async Task<SealRequest> SealAsync(string taskId, ServerCallContext context)
    {
        if (CallerAccess.OperatorOf(context) is { } caller)
        {
            var found = await FindAsync(taskId, caller.TenantsOf(OperatorRole.Responder), context);
            return new SealRequest(found.Id, EndReason.Operator) { EndedBy = caller.Principal };
        }

        var (task, orchestrator) = await ending.FindAsync(CallerToken.Of(context), Read.TaskId(taskId), context.CancellationToken);
        return new SealRequest(task.Id, EndReason.TaskEnded) { EndedBy = orchestrator };
    }

    /// <summary>A heartbeat is the task's own: nobody else can say that it is at work.</summary>
    private static TaskToken OwnToken(ServerCallContext context, string taskId)
    {
        var token = CallerToken.Of(context);
        return Read.TaskId(taskId) is { } asked && asked != token.TaskId ? throw TaskGate.NotFound() : token;
    }
}
