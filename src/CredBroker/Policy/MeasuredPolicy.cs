using System.Diagnostics;
using System.Net;
using CredBroker.Tasks;

namespace CredBroker.Policy;

/// <summary>Policy that is measured and traced. It decides nothing by itself.</summary>
public sealed class MeasuredPolicy(IPolicyEvaluator policy, IToolCallEvaluator tools, DecisionMetrics metrics) : IPolicyEvaluator, IToolCallEvaluator
{
    /// <inheritdoc/>
    public ValueTask<PolicyDecision> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var measured = Begin(request.IsRenewal ? "renewal" : "issue", request.Task.Id);
        measured.Span?.SetTag("credbroker.template", request.Template.Name);
        return Watch(measured, policy.EvaluateAsync(request, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<PolicyDecision> EvaluateOpeningAsync(AgentTask task, IPAddress? source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Watch(Begin("open_task", task.Id), policy.EvaluateOpeningAsync(task, source, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<PolicyDecision> EvaluateToolCallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Watch(Begin("tool_call", call.Task.Id), tools.EvaluateToolCallAsync(call, cancellationToken));
    }

    private static Measured Begin(string kind, TaskId task)
    {
        var around = Activity.Current;
        var span = BrokerTelemetry.Spans.StartActivity("credbroker.decide")?.SetTag("credbroker.decision.kind", kind);
        return new Measured(kind, span.About(task), around, Stopwatch.GetTimestamp());
    }

    /// <summary>Most decisions are made when they are asked for, and then nobody has to wait for them.</summary>
    private ValueTask<PolicyDecision> Watch(Measured measured, ValueTask<PolicyDecision> decision)
    {
        if (!decision.IsCompletedSuccessfully)
        {
            var waiting = WaitAsync(measured, decision);
            // The span ends where it is waited for, which is not where it began: it must not be what the caller goes on in.
            if (measured.Span is not null) Activity.Current = measured.Around;
            return waiting;
        }

        var decided = decision.Result;
        End(measured, decided);
        return ValueTask.FromResult(decided);
    }

    private async ValueTask<PolicyDecision> WaitAsync(Measured measured, ValueTask<PolicyDecision> decision)
    {
        try
        {
            var decided = await decision.ConfigureAwait(false);
            End(measured, decided);
            return decided;
        }
        catch (Exception exception)
        {
            metrics.Decided(measured.Kind, DecisionMetrics.WordFor(exception), Stopwatch.GetElapsedTime(measured.Start));
            measured.Span.Failed(exception);
            measured.Span?.Dispose();
            throw;
        }
    }

    private void End(Measured measured, PolicyDecision decision)
    {
        var word = DecisionMetrics.WordFor(decision);
        metrics.Decided(measured.Kind, word, Stopwatch.GetElapsedTime(measured.Start));
        measured.Span?.SetTag("credbroker.outcome", word).SetTag("credbroker.policy.version", decision.PolicyVersion).Dispose();
    }

    private readonly record struct Measured(string Kind, Activity? Span, Activity? Around, long Start);
}
