using System.CommandLine;
using System.CommandLine.Parsing;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Responding;

/// <summary>The options that say which leases: all of one selector must match, and <c>--or</c> starts another selector.</summary>
internal sealed class SelectorOptions
{
    private static readonly string[] Sensitivities = ["public", "internal", "confidential", "restricted"];
    private static readonly string[] Risks = ["low", "medium", "high", "critical"];

    private readonly Dictionary<string, Option<string[]>> _options = [];

    private readonly Option<bool>? _or;

    /// <param name="several">Whether <c>--or</c> is offered.</param>
    public SelectorOptions(bool several)
    {
        Add("--tenant", "Of this tenant.");
        Add("--workload", "Issued to this attested subject, such as spiffe://acme.test/agent/x.");
        Add("--attested-selector", "Issued to workloads with this attested fact, name:value.");
        Add("--task", "Of this task and every task below it.");
        Add("--template", "Issued from this template.");
        Add("--target", "For this target.");
        Add("--sensitivity", "For targets of this sensitivity.").AcceptOnlyFromAmong(Sensitivities);
        Add("--risk", "From templates of this risk.").AcceptOnlyFromAmong(Risks);
        Add("--backend", "Minted by this backend.");
        Add("--policy-version", "Allowed by this policy version.");
        Add("--issued-before", "Issued at or before: 2026-03-01T02:30:00Z, or how long ago: 2h.");
        Add("--issued-after", "Issued at or after: 2026-03-01T02:30:00Z, or how long ago: 2h.");
        Add("--lease", "This one lease.");
        if (several) _or = new Option<bool>("--or") { Description = "Starts another selector: what matches any of them is meant.", Arity = ArgumentArity.Zero };
    }

    public void AddTo(Command command)
    {
        foreach (var option in _options.Values) command.Add(option);
        if (_or is not null) command.Add(_or);
    }

    /// <summary>The selectors in the order that they were typed; none where none was.</summary>
    public IReadOnlyList<LeaseSelector> Read(ParseResult parsed, TimeProvider time)
    {
        var selectors = new List<LeaseSelector>();
        var current = new Dictionary<string, string>();
        var tokens = parsed.Tokens;
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Type != TokenType.Option) continue;
            var name = tokens[i].Value;
            if (_or is not null && name == _or.Name) Close();
            else if (_options.ContainsKey(name) && !current.TryAdd(name, tokens[++i].Value))
                throw new UsageException($"{name} is said twice in one selector; say --or between the two to mean either.");
        }
        if (selectors.Count > 0 || current.Count > 0) Close();
        return selectors;

        void Close()
        {
            if (current.Count == 0) throw new UsageException("--or stands between two selectors.");
            selectors.Add(Selector(current, time));
            current.Clear();
        }
    }

    /// <summary>The selectors, of which there must be one.</summary>
    public IReadOnlyList<LeaseSelector> ReadRequired(ParseResult parsed, TimeProvider time) => Read(parsed, time) is { Count: > 0 } selectors
        ? selectors
        : throw new UsageException($"Say which leases: {string.Join(", ", _options.Keys)}. To mean everything, name every tenant.");

    private static LeaseSelector Selector(Dictionary<string, string> given, TimeProvider time)
    {
        return new LeaseSelector
        {
            Tenant = Text("--tenant"),
            Workload = Text("--workload"),
            AttestedSelector = Text("--attested-selector"),
            TaskId = Text("--task"),
            Template = Text("--template"),
            Target = Text("--target"),
            Sensitivity = Text("--sensitivity") is { } word ? (Client.Sensitivity)(Array.IndexOf(Sensitivities, word) + 1) : null,
            Risk = Text("--risk"),
            Backend = Text("--backend"),
            PolicyVersion = Text("--policy-version"),
            IssuedBefore = Instant("--issued-before"),
            IssuedAfter = Instant("--issued-after"),
            LeaseId = Text("--lease"),
        };

        // An empty text would match everything, which is seldom what an empty variable of a script was to say.
        string? Text(string name) => given.GetValueOrDefault(name) is not { } text
            ? null
            : text.Trim().Length > 0 ? text : throw new UsageException($"{name} is empty.");

        DateTimeOffset? Instant(string name) => Text(name) is { } text ? InstantText.Read(name, text, time) : null;
    }

    private Option<string[]> Add(string name, string description) =>
        _options[name] = new Option<string[]>(name) { Description = description, HelpName = name[2..] };
}
