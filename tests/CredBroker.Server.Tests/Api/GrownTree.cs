using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Google.Protobuf.WellKnownTypes;

namespace CredBroker.Server.Tests.Api;

/// <summary>A tree of real tasks, with what each of them may have at the most, kept beside the broker and from the requests alone.</summary>
internal sealed class GrownTree
{
    /// <summary>What the templates of the tests' catalogue offer, and for how long.</summary>
    public static readonly IReadOnlyDictionary<string, Bound> Offers = new Dictionary<string, Bound>
    {
        ["orders-api"] = new([Capability.Read, Capability.Write, Capability.Delegate], TimeSpan.FromMinutes(10)),
        ["invoices-api"] = new([Capability.Read, Capability.Delegate], TimeSpan.FromMinutes(10)),
        ["orders-once"] = new([Capability.Read], TimeSpan.FromMinutes(5)),
    };

    private static readonly Capability[] Every = [Capability.Read, Capability.Write, Capability.Delegate];
    private static readonly TimeSpan?[] Ttls = [null, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(7), TimeSpan.FromMinutes(20)];
    private readonly Random _random;

    public GrownTree(OpenedTask root, Random random)
    {
        _random = random;
        Nodes.Add(new Node(root, Parent: null, Offers, Depth: 0));
    }

    public List<Node> Nodes { get; } = [];

    public Node Some() => Nodes[_random.Next(Nodes.Count)];

    public string SomeTemplate() => Offers.Keys.ElementAt(_random.Next(Offers.Count));

    public IReadOnlyList<Capability> SomeCapabilities() => [.. Every.Where(_ => _random.Next(2) == 0).DefaultIfEmpty(Capability.Read)];

    public IReadOnlyList<Delegation> SomeDelegation() =>
    [
        .. Offers.Keys.Where(_ => _random.Next(2) == 0).DefaultIfEmpty("orders-api").Select(template => new Delegation
        {
            Template = template,
            // Handed on more often than not, or hardly a tree would grow.
            Capabilities = { SomeCapabilities().Union(_random.Next(3) > 0 ? [Capability.Delegate] : []) },
            MaxTtl = Ttls[_random.Next(Ttls.Length)] is { } ttl ? Duration.FromTimeSpan(ttl) : null,
        }),
    ];

    /// <summary>What a child may have to which this is passed down; null where it must not be passed down.</summary>
    public static IReadOnlyDictionary<string, Bound>? Passed(Node parent, IReadOnlyList<Delegation> delegation)
    {
        if (parent.Depth >= 3) return null;
        var passed = new Dictionary<string, Bound>();
        foreach (var entry in delegation)
        {
            if (!parent.Bounds.TryGetValue(entry.Template, out var bound)) return null;
            if (!bound.Capabilities.Contains(Capability.Delegate) || entry.Capabilities.Except(bound.Capabilities).Any()) return null;
            var ttl = entry.MaxTtl?.ToTimeSpan();
            // Where nobody above has said how long, the template alone does, and that bounds the child too.
            if (ttl > bound.PassedTtl) return null;
            var longest = ttl ?? bound.PassedTtl;
            passed[entry.Template] = new Bound([.. entry.Capabilities], longest < bound.MaxTtl ? longest.Value : bound.MaxTtl) { PassedTtl = longest };
        }

        return passed;
    }

    /// <summary>What a task may have of a template.</summary>
    internal sealed record Bound(IReadOnlyList<Capability> Capabilities, TimeSpan MaxTtl)
    {
        /// <summary>How long somebody above has said; null = nobody has, and the template alone does.</summary>
        public TimeSpan? PassedTtl { get; init; }
    }

    /// <summary>A task of the tree.</summary>
    internal sealed record Node(OpenedTask Task, Node? Parent, IReadOnlyDictionary<string, Bound> Bounds, int Depth)
    {
        /// <summary>The tasks that it acts for, itself first.</summary>
        public IEnumerable<Node> Chain
        {
            get
            {
                for (Node? one = this; one is not null; one = one.Parent) yield return one;
            }
        }
    }
}
