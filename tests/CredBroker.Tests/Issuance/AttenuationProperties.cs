using CredBroker.Issuance;
using CredBroker.Policy;
using CredBroker.Tasks;
using CredBroker.Templates;
using CredBroker.Tests.Leases;

namespace CredBroker.Tests.Issuance;

/// <summary>
/// Random trees, random delegations, random requests: no task can have what the one above it could not, worked out here from the
/// top of the tree down and by nothing that the broker has written.
/// </summary>
[TestFixture, Category("Unit")]
public sealed class AttenuationProperties
{
    private const int Trees = 150;

    private static readonly Capabilities[] Every = [.. Enumerable.Range(1, 7).Select(number => (Capabilities)number)];

    private int _plans;
    private int _calls;
    private int _children;
    private int _grandchildren;
    private int _refused;

    [TestCase(1), TestCase(2), TestCase(3)]
    public async Task Trees_AnyDelegationAndRequest_NoChildHasWhatItsParentCouldNot(int seed)
    {
        var random = new Random(seed);
        for (var number = 0; number < Trees; number++)
        {
            using var tree = new RandomTree(random);
            await tree.GrowAsync(attempts: 30);
            _refused += tree.Refused;
            foreach (var task in tree.Tasks) await CheckAsync(tree, task);
        }

        Assert.That(new[] { _plans, _calls, _children, _grandchildren, _refused }, Is.All.GreaterThan(100), "something was tried");
    }

    private async Task CheckAsync(RandomTree tree, AgentTask task)
    {
        if (task.Ancestors.Count == 1) _children++;
        if (task.Ancestors.Count > 1) _grandchildren++;
        Assert.That(task.Ancestors, Has.Count.LessThan(DelegationOptions.DeepestTree));
        foreach (var template in RandomTree.Templates)
        {
            foreach (var capabilities in Every)
            {
                await CheckIssueAsync(tree, task, template, capabilities);
                await CheckRenewalAsync(tree, task, template, capabilities);
            }
        }

        CheckTools(tree, task);
    }

    private async Task CheckIssueAsync(RandomTree tree, AgentTask task, Template template, Capabilities capabilities)
    {
        IssuePlan plan;
        try
        {
            plan = await tree.Planner.PlanAsync(
                task, new IssueRequest { Template = template.Name, Capabilities = capabilities, Ttl = TimeSpan.FromHours(1) }, CancellationToken.None);
        }
        catch (RefusedException)
        {
            return;
        }

        _plans++;
        for (AgentTask? one = task; one is not null; one = tree.ParentOf(one))
        {
            var (could, longest) = CouldHave(tree, one, template, capabilities);
            Assert.That(could, Is.True, $"{template.Name} with {capabilities} at depth {task.Ancestors.Count}, of which depth {one.Ancestors.Count} could not have it");
            Assert.That(plan.MaxTtl, Is.LessThanOrEqualTo(longest));
            Assert.That(plan.Ttl, Is.LessThanOrEqualTo(longest));
        }
    }

    /// <summary>A lease that had more once is not renewed with it.</summary>
    private static async Task CheckRenewalAsync(RandomTree tree, AgentTask task, Template template, Capabilities capabilities)
    {
        var some = SomeLease.Of(task.Subject);
        var lease = some with
        {
            Terms = some.Terms with { TaskId = task.Id, Template = template.Name, Capabilities = capabilities },
            IssuedAt = RandomTree.Now,
            MaxExpiresAt = RandomTree.Now.AddHours(5),
        };
        try
        {
            var plan = await tree.Planner.PlanRenewalAsync(task, lease, TimeSpan.FromHours(1), source: null, CancellationToken.None);
            var (could, longest) = CouldHave(tree, task, template, capabilities);
            Assert.That(could, Is.True);
            Assert.That(plan.Ttl, Is.LessThanOrEqualTo(longest));
        }
        catch (RefusedException)
        {
            // Nothing is had by that.
        }
    }

    /// <summary>A tool does to a target what a credential could: a child's reach is within every ceiling above it.</summary>
    private void CheckTools(RandomTree tree, AgentTask task)
    {
        foreach (var target in new[] { "orders", "invoices", "ledger", "the web" })
        {
            foreach (var capability in new[] { Capabilities.Read, Capabilities.Write })
            {
                var call = new ToolCall { Task = task, Tool = "any", Capability = capability, Target = target, Sensitivity = Sensitivity.Public };
                if (TaskCeiling.Deny(call, tree.Catalogue.Current) is not null || task.Ceiling is null) continue;
                _calls++;
                Assert.That(RandomTree.Templates.Any(template => template.Target == target && WasPassed(tree, task, template, capability)), Is.True);
            }
        }
    }

    private static bool WasPassed(RandomTree tree, AgentTask task, Template template, Capabilities capability) =>
        tree.ParentOf(task) is not { } parent
        || (tree.Asked[task.Id].Any(entry => entry.Template == template.Name && entry.Capabilities.HasFlag(capability))
            && CouldHave(tree, parent, template, capability | Capabilities.Delegate).Could);

    /// <summary>What a task could have: what policy gives it, and for a child what was asked to be passed to it and its parent could have and hand down.</summary>
    private static (bool Could, TimeSpan Longest) CouldHave(RandomTree tree, AgentTask task, Template template, Capabilities capabilities)
    {
        var rules = ArbitraryPolicy.One(capabilities).Select(one => tree.Policy.RuleOf(task.Subject, template.Name, one)).ToList();
        var could = (capabilities & ~template.Capabilities) == Capabilities.None && rules.TrueForAll(rule => rule.Permits);
        var longest = rules.Select(rule => rule.MaxTtl ?? TimeSpan.MaxValue).Append(template.MaxTtl).Min();
        if (tree.ParentOf(task) is not { } parent) return (could, longest);
        var passed = tree.Asked[task.Id].SingleOrDefault(entry => entry.Template == template.Name);
        if (passed is null || (capabilities & ~passed.Capabilities) != Capabilities.None) return (false, TimeSpan.Zero);
        var (above, longestAbove) = CouldHave(tree, parent, template, passed.Capabilities | Capabilities.Delegate);
        return (could && above, new[] { longest, longestAbove, passed.MaxTtl ?? TimeSpan.MaxValue }.Min());
    }
}
