using System.Diagnostics.Metrics;
using System.Net;
using CredBroker.Policy;
using CredBroker.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace CredBroker.Tests.Policy;

/// <summary>What is counted of decisions that come late, or never.</summary>
[TestFixture, Category("Unit"), Parallelizable(ParallelScope.Self)]
internal sealed class MeasuredPolicyTests
{
    private static readonly PolicyDecision Yes = PolicyDecision.Allow("v1", ["p"]);

    [Test]
    public async Task Evaluate_CallerDoesNotWait_CountedAsCancelled() =>
        Assert.That(await OutcomeAsync(answer => answer.SetCanceled()), Is.EqualTo("cancelled"));

    [Test]
    public async Task Evaluate_Fails_CountedAsFault() =>
        Assert.That(await OutcomeAsync(answer => answer.SetException(new InvalidOperationException("broken"))), Is.EqualTo("fault"));

    [Test]
    public async Task Evaluate_Late_CountedOnceByWhatItSays() => Assert.That(await OutcomeAsync(answer => answer.SetResult(Yes)), Is.EqualTo("allow"));

    private static async Task<string> OutcomeAsync(Action<TaskCompletionSource<PolicyDecision>> end)
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var policy = new LatePolicy();
        var measured = new MeasuredPolicy(policy, policy, new DecisionMetrics(meters));
        using var counted = new MetricCollector<long>(meters, BrokerTelemetry.Name, "credbroker.decisions");
        var asked = measured.EvaluateOpeningAsync(PolicyTasks.Agent, source: null, CancellationToken.None).AsTask();
        Assert.That(counted.GetMeasurementSnapshot(), Is.Empty, "nothing is decided yet");

        end(policy.Answer);

        await asked.ContinueWith(_ => { }, TaskScheduler.Default);
        return (string)counted.GetMeasurementSnapshot().Single().Tags["outcome"]!;
    }

    /// <summary>Says what it is made to say, when it is made to.</summary>
    private sealed class LatePolicy : IPolicyEvaluator, IToolCallEvaluator
    {
        public TaskCompletionSource<PolicyDecision> Answer { get; } = new();

        public ValueTask<PolicyDecision> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken) => new(Answer.Task);

        public ValueTask<PolicyDecision> EvaluateOpeningAsync(AgentTask task, IPAddress? source, CancellationToken cancellationToken) => new(Answer.Task);

        public ValueTask<PolicyDecision> EvaluateToolCallAsync(ToolCall call, CancellationToken cancellationToken) => new(Answer.Task);
    }
}
