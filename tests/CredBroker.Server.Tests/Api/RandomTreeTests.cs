using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CredBroker.Server.Tests.Api;

/// <summary>
/// Random trees of tasks at a real broker. It says yes exactly where the requests themselves say that a task may have something, so no child holds
/// what its parent does not; and what it hands out says who acts for whom.
/// </summary>
[TestFixture, Category("Server")]
internal sealed class RandomTreeTests
{
    private const int Steps = 500;

    private RedisServerProcess _redis = null!;
    private BrokerSite _site = null!;
    private BrokerProcess _broker = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _redis = await OwnRedis.StartAsync();
        _site = new BrokerSite(_redis.ConnectionString);
        // They ask for much that they do not get.
        _site.Settings["Containment:RefusalsPerTask"] = "0";
        _site.Settings["Containment:RefusalsPerWorkload"] = "0";
        _broker = await BrokerProcess.StartAsync(_site);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _site?.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [TestCase(1), TestCase(2)]
    public async Task AnySteps_WhatIsHeld_IsWithinWhatWasPassedDown(int seed)
    {
        var random = new Random(seed);
        var tree = new GrownTree(await _broker.Calls.OpenAsync(BrokerCalls.SomeAgent(), maxDuration: TimeSpan.FromMinutes(8)), random);
        int opened = 0, issued = 0, called = 0, refused = 0;
        for (var step = 0; step < Steps; step++)
        {
            var got = (step % 4) switch
            {
                0 => await OpenAsync(tree) ? ++opened : 0,
                1 or 2 => await IssueAsync(tree, random) ? ++issued : 0,
                _ => await CallAsync(tree, random) ? ++called : 0,
            };
            if (got == 0) refused++;
        }

        Assert.That(new[] { opened, issued, called, refused }, Is.All.GreaterThan(10), "something was tried");
        Assert.That(tree.Nodes.Max(node => node.Depth), Is.GreaterThan(1), "more than one level has grown");
        await EndSomeBranchAsync(tree);
    }

    private static async Task<bool> OpenAsync(GrownTree tree)
    {
        var (parent, delegation) = (tree.Some(), tree.SomeDelegation());
        var bounds = GrownTree.Passed(parent, delegation);
        var request = parent.Task.Calls.OpenRequest();
        request.ParentTaskToken = parent.Task.Token;
        request.Delegation.Add(delegation);
        if (await TryAsync(() => parent.Task.Calls.OpenAsync(request)) is not { } child)
        {
            Assert.That(bounds, Is.Null, $"{delegation} may be passed down at depth {parent.Depth}");
            return false;
        }

        Assert.That(bounds, Is.Not.Null, $"{string.Join(' ', delegation)} must not be passed down at depth {parent.Depth}");
        Assert.That(child.Task.Deadline, Is.LessThanOrEqualTo(parent.Task.Task.Deadline));
        tree.Nodes.Add(new GrownTree.Node(child, parent, bounds!, parent.Depth + 1));
        return true;
    }

    private static async Task<bool> IssueAsync(GrownTree tree, Random random)
    {
        var (node, template, capabilities) = (tree.Some(), tree.SomeTemplate(), tree.SomeCapabilities());
        var may = node.Bounds.TryGetValue(template, out var bound) && !capabilities.Except(bound.Capabilities).Any();
        var request = new IssueRequest { Template = template, Capabilities = { capabilities }, Ttl = Duration.FromTimeSpan(TimeSpan.FromMinutes(random.Next(1, 20))) };
        if (await TryAsync(() => node.Task.IssueAsync(request)) is not { } issued)
        {
            Assert.That(may && template != "orders-once", Is.False, $"{template} with {string.Join(' ', capabilities)} may be had");
            return false;
        }

        Assert.That(may, Is.True, $"{template} with {string.Join(' ', capabilities)} must not be had at depth {node.Depth}");
        Assert.That((issued.Lease.MaxExpiresAt - issued.Lease.IssuedAt).ToTimeSpan(), Is.LessThanOrEqualTo(bound!.MaxTtl));
        Assert.That(node.Chain.Select(one => one.Task.Task.Deadline), Is.All.GreaterThanOrEqualTo(issued.Lease.MaxExpiresAt));
        AssertToken(node, capabilities, issued.Credential.AccessToken.Value);
        if (template == "orders-api" && await TryAsync(async () => await node.Task.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = issued.Lease.Id }, node.Task.Auth)) is { } renewed)
        {
            Assert.That(renewed.Lease.ExpiresAt, Is.LessThanOrEqualTo(issued.Lease.MaxExpiresAt));
            AssertToken(node, capabilities, renewed.Credential.AccessToken.Value);
        }

        return true;
    }

    private static async Task<bool> CallAsync(GrownTree tree, Random random)
    {
        var node = tree.Some();
        var target = new[] { "orders-api", "invoices-api", "the web" }[random.Next(3)];
        var capability = random.Next(2) == 0 ? Capability.Read : Capability.Write;
        var answer = await node.Task.Calls.Credentials.AuthorizeToolCallAsync(
            new AuthorizeToolCallRequest { Tool = "any", Capability = capability, Target = target }, node.Task.Auth);

        var allowed = answer.Decision == AuthorizeToolCallResponse.Types.Decision.Allow;
        var isWithin = node.Bounds.Any(one => one.Value.Capabilities.Contains(capability) && TargetOf(one.Key) == target);
        Assert.That(allowed, Is.EqualTo(node.Depth == 0 || isWithin), $"{capability} {target} at depth {node.Depth}");
        return allowed;
    }

    private static string TargetOf(string template) => template == "invoices-api" ? "invoices-api" : "orders-api";

    private static void AssertToken(GrownTree.Node node, IReadOnlyList<Capability> granted, string text)
    {
        var payload = JsonNode.Parse(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Decode(new JsonWebToken(text).EncodedPayload))!;
        var subjects = node.Chain.Select(one => one.Task.Task.Workload.Subject).ToList();
        Assert.That((string?)payload["sub"], Is.EqualTo(subjects[^1]));
        Assert.That((string?)payload["client_id"], Is.EqualTo(subjects[0]));
        Assert.That((string?)payload["txn"], Is.EqualTo(node.Chain.Last().Task.Id));
        var actors = new List<string>();
        for (var act = payload["act"]; act is not null; act = act["act"]) actors.Add((string)act["sub"]!);
        Assert.That(actors, Is.EqualTo(subjects.SkipLast(1)));
        Assert.That(
            payload["authorization_details"]![0]!["actions"]!.AsArray().Select(action => (string?)action),
            Is.EquivalentTo(granted.Select(capability => capability.ToString().ToLowerInvariant())));
    }

    /// <summary>What is below a task ends with it, and nothing else does.</summary>
    private static async Task EndSomeBranchAsync(GrownTree tree)
    {
        var branch = tree.Nodes.First(node => node.Depth == 1 && tree.Nodes.Exists(child => child.Parent == node));
        await branch.Task.EndAsync();
        foreach (var node in tree.Nodes)
        {
            var isBelow = node.Chain.Contains(branch);
            Assert.That((await node.Task.ReadAsync()).State == TaskState.Open, Is.EqualTo(!isBelow));
            if (isBelow) Assert.That((await node.Task.ListLeasesAsync()).Select(lease => lease.State), Is.All.EqualTo(LeaseState.Revoked));
        }
    }

    private static async Task<T?> TryAsync<T>(Func<Task<T>> call)
        where T : class
    {
        try
        {
            return await call();
        }
        catch (RpcException refusal) when (refusal.StatusCode is StatusCode.PermissionDenied or StatusCode.ResourceExhausted or StatusCode.FailedPrecondition)
        {
            return null;
        }
    }
}
