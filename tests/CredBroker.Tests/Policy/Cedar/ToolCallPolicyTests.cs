using System.Net;
using CredBroker.Policy;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>What policies see of a call of a tool, and of where a request comes from.</summary>
[TestFixture]
[Category("Unit")]
public sealed class ToolCallPolicyTests
{
    private const string PermitTools = """@id("tools") permit (principal, action == Action::"callTool", resource);""";

    internal static readonly ToolCall Call = new()
    {
        Task = PolicyTasks.Agent,
        Tool = "search",
        Capability = Capabilities.Read,
        Target = "wiki",
        Sensitivity = Sensitivity.Internal,
        Source = IPAddress.Parse("10.1.2.3"),
    };

    [Test]
    public async Task EvaluateToolCallAsync_NothingPermits_IsDenied()
    {
        using var policies = new EvaluatedPolicies().Use("""@id("other") permit (principal, action == Action::"read", resource);""");

        var decision = await policies.EvaluateToolCallAsync(Call);

        Assert.That((decision.Allowed, decision.Message), Is.EqualTo((false, "No policy permits callTool on tool search.")));
    }

    [TestCase("""resource == Tool::"search" """, "true", false)]
    [TestCase("""resource == Tool::"find" """, "true", true)]
    [TestCase("""resource in Target::"wiki" """, "true", false)]
    [TestCase("""resource in Sensitivity::"internal" """, "true", false)]
    [TestCase("""resource in Sensitivity::"public" """, "true", true)]
    [TestCase("resource", """context.capability == "read" """, false)]
    [TestCase("resource", """context.capability == "write" """, true)]
    [TestCase("resource", """resource.name == "search" && resource.target == "wiki" && resource.sensitivity_level == 2 """, false)]
    [TestCase("resource", """context has source && context.source.isInRange(ip("10.0.0.0/8"))""", false)]
    [TestCase("resource", """context has source && context.source.isInRange(ip("192.168.0.0/16"))""", true)]
    [TestCase("resource", """context.task.purpose.value == "no such purpose" """, true)]
    public async Task EvaluateToolCallAsync_Forbidden_WhereHeadAndBodyMatch(string resource, string condition, bool allowed)
    {
        using var policies = new EvaluatedPolicies().Use(
            $$"""{{PermitTools}} @id("no") forbid (principal, action == Action::"callTool", {{resource}}) when { {{condition}} };""");

        Assert.That((await policies.EvaluateToolCallAsync(Call)).Allowed, Is.EqualTo(allowed));
    }

    [Test]
    public async Task EvaluateToolCallAsync_WhatTheTaskHolds_Counts()
    {
        using var policies = new EvaluatedPolicies().Use(
            $$"""{{PermitTools}} @id("leak") forbid (principal, action, resource in Sensitivity::"public") when { context.holding.contains({ sensitivity: "restricted", capability: "read" }) };""");
        policies.Hold(PolicyTasks.Agent, "ledger", Sensitivity.Restricted, Capabilities.Read);

        Assert.That((await policies.EvaluateToolCallAsync(Call)).Allowed, Is.True);
        Assert.That((await policies.EvaluateToolCallAsync(Call with { Sensitivity = Sensitivity.Public })).Allowed, Is.False);
    }

    [TestCase("10.1.2.3", true), TestCase("::ffff:10.1.2.3", true), TestCase("11.1.2.3", false), TestCase("fe80::1%3", false), TestCase(null, false)]
    public async Task EvaluateAsync_Source_IsWhereTheRequestCameFrom(string? source, bool allowed)
    {
        using var policies = new EvaluatedPolicies().Use(
            """@id("near") permit (principal, action, resource) when { context has source && context.source.isInRange(ip("10.0.0.0/8")) };""");
        var from = source is null ? null : IPAddress.Parse(source);

        var use = await policies.EvaluateAsync(EvaluatedPolicies.Request with { Source = from });

        Assert.That(use.Allowed, Is.EqualTo(allowed));
    }
}
