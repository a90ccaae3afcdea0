using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Grpc.Core;

namespace CredBroker.Server.Tests.Api;

/// <summary>What the audit trail says of tasks is true: it names the task that there is, and takes back what did not come about.</summary>
[TestFixture, Category("Server")]
internal sealed class OpenTaskAuditTests : ServerFixture
{
    private string _workload = "";
    private OpenTaskRequest _request = null!;

    [SetUp]
    public void Ask()
    {
        _workload = BrokerCalls.SomeAgent();
        _request = Calls.OpenRequest(_workload);
        _request.TaskRef = "run-1";
    }

    [Test]
    public async Task OpenTask_New_OneLineOfThatTask()
    {
        var opened = await Calls.OpenAsync(_request);

        Assert.That(Lines().Select(line => (TypeOf(line), TaskOf(line))), Is.EqualTo(new[] { ("task_opened", opened.Id) }));
    }

    [Test]
    public async Task OpenTask_SameRequestAgain_TheTaskThatThereIsAndNoOther()
    {
        var opened = await Calls.OpenAsync(_request);

        await Calls.OpenAsync(_request);

        Assert.That(Standing(), Is.EqualTo(new[] { opened.Id }));
        Assert.That(Lines().Where(line => TypeOf(line) == "task_reopened").Select(TaskOf), Is.EqualTo(new[] { opened.Id }));
    }

    [Test]
    public async Task OpenTask_OtherRequestUnderTheName_NotOpenedAndTheRefusalNamesTheTask()
    {
        var opened = await Calls.OpenAsync(_request);
        _request.Purpose = "something else";

        await Refused.WithAsync(StatusCode.AlreadyExists, "TASK_EXISTS", () => Calls.OpenAsync(_request));

        Assert.That(Standing(), Is.EqualTo(new[] { opened.Id }));
        var refusal = Lines().Single(line => TypeOf(line) == "refused");
        Assert.That((TaskOf(refusal), (string?)refusal["reason"]), Is.EqualTo((opened.Id, "TASK_EXISTS")));
        Assert.That(Lines().Single(line => TypeOf(line) == "not_opened")["reason"]?.ToString(), Is.EqualTo("TASK_EXISTS"));
    }

    /// <summary>The tasks that the trail says were opened and does not take back.</summary>
    private IEnumerable<string> Standing() =>
        Lines().Where(line => TypeOf(line) == "task_opened").Select(TaskOf).Except(Lines().Where(line => TypeOf(line) == "not_opened").Select(TaskOf));

    private IReadOnlyList<JsonNode> Lines() =>
        [.. Broker.Site.ReadAudit().Where(line => (string?)line["actor"]?["subject"] == $"spiffe://acme.test/{_workload}")];

    private static string TypeOf(JsonNode line) => (string)line["type"]!;

    private static string TaskOf(JsonNode line) => (string)line["task"]!;
}
