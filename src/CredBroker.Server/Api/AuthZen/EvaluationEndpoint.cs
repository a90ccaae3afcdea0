using System.Text.Json;
using CredBroker.Audit;
using CredBroker.Issuance;
using CredBroker.Server.Access;
using CredBroker.Server.Hosting.Connections;
using CredBroker.Tasks;

namespace CredBroker.Server.Api.AuthZen;

/// <summary>
/// Answers whether tools may be called, by the AuthZEN Authorization API 1.0: the same verb as <c>AuthorizeToolCall</c>, for gateways that
/// present the task token of the agent that they act for. A no is an answer; an error says that nothing was decided.
/// </summary>
internal sealed partial class EvaluationEndpoint(
    AccessGate gate, TaskGate tasks, ToolCallAuthorizer tools, RefusalAudit refusals, EvaluationErrors errors, CallLimits limits,
    ILogger<EvaluationEndpoint> logger)
{
    /// <summary>The most evaluations of one request.</summary>
    public const int MaxEvaluations = 50;

    // The verb, under which refusals by gRPC are recorded too.
    private const string Verb = "tool_call";

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext http, bool mayBeMany)
    {
        TaskToken? token = null;
        var actor = AuditActor.Unknown;
        try
        {
            RequestIdentifier.Echo(http);
            token = await gate.RequireTaskAsync(http);
            // Before anything of the body is read: nobody else is worth the work.
            limits.CountAddress(NetworkAddress.KeyOf(http));
            var task = await tasks.RecallAsync(token, http.RequestAborted);
            limits.CountCall(task.Subject);
            actor = new AuditActor(ReasonName.Of(task.Kind), task.Subject, task.Tenant);
            using var body = await EvaluationBody.ReadAsync(http.Request, http.RequestAborted);
            await WriteAsync(http, await EvaluateAsync(new Caller(token, task, actor), body.RootElement, mayBeMany, http));
        }
        catch (RefusedException refusal)
        {
            if (refusal.InnerException is { } inner) LogInner(logger, inner, http.Request.Path, ReasonName.Of(refusal.Reason));
            var told = CountStranger(http, refusal);
            await refusals.RecordAsync(Verb, actor, told, token?.TaskId.Value, subject: null, CancellationToken.None);
            await errors.WriteAsync(http, told);
        }
        catch (Exception exception) when (http.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // Nobody is there to hear of it.
        }
        catch (Exception exception) when (exception is not BadHttpRequestException)
        {
            LogFault(logger, exception, http.Request.Path);
            await EvaluationErrors.WriteFaultAsync(http);
        }
    }

    /// <summary>Counts by their address those whose token is nobody's; what they are told in the end.</summary>
    private RefusedException CountStranger(HttpContext http, RefusedException refusal)
    {
        if (refusal.Reason is not (ErrorReason.TaskTokenInvalid or ErrorReason.ProofInvalid)) return refusal;
        try
        {
            limits.CountStranger(NetworkAddress.KeyOf(http));
            return refusal;
        }
        catch (RefusedException limited)
        {
            return limited;
        }
    }

    private async Task<ReadOnlyMemory<byte>> EvaluateAsync(Caller caller, JsonElement request, bool mayBeMany, HttpContext http)
    {
        var items = mayBeMany ? ReadEvaluation.Items(request, MaxEvaluations) : [];
        if (items.Count == 0) return WriteEvaluation.Single(await AnswerAsync(caller, request, request, isOneOfMany: false, http));
        ReadEvaluation.CheckDefaults(request);
        var semantic = ReadEvaluation.Semantic(request);
        var answers = new List<EvaluationAnswer>();
        foreach (var item in items)
        {
            var answer = await AnswerAsync(caller, item, request, isOneOfMany: true, http);
            answers.Add(answer);
            if (semantic is EvaluationSemantic.DenyOnFirstDeny && !answer.IsPermitted) break;
            if (semantic is EvaluationSemantic.PermitOnFirstPermit && answer.IsPermitted) break;
        }

        return WriteEvaluation.Many(answers);
    }

    private async Task<EvaluationAnswer> AnswerAsync(Caller caller, JsonElement item, JsonElement defaults, bool isOneOfMany, HttpContext http)
    {
        try
        {
            var evaluation = ReadEvaluation.Of(item, defaults, http.Connection.RemoteIpAddress);
            evaluation.RequireAbout(caller.Task);
            return EvaluationAnswer.Of(await tools.AuthorizeAsync(caller.Token, evaluation.Question, http.RequestAborted));
        }
        catch (RefusedException refusal) when (EvaluationErrors.IsAnswer(refusal, isOneOfMany))
        {
            await refusals.RecordAsync(Verb, caller.Actor, refusal, caller.Token.TaskId.Value, subject: null, http.RequestAborted);
            return EvaluationAnswer.Of(refusal);
        }
    }

    private static async Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> answer)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = answer.Length;
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.Body.WriteAsync(answer, http.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} was refused with {Reason}")]
    private static partial void LogInner(ILogger logger, Exception exception, string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed")]
    private static partial void LogFault(ILogger logger, Exception exception, string path);

    private sealed record Caller(TaskToken Token, AgentTask Task, AuditActor Actor);
}
