using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>A template as the line of a decision tells of it. Its bounds stood in nobody's way, or policies would not have been asked.</summary>
internal static class RecordedTemplate
{
    /// <summary>The template; null where the line does not tell enough.</summary>
    public static Template? Of(AuditLine line, string name, AgentTask task)
    {
        if (line.Fact(DecisionFacts.Owner) is not { } owner || line.Fact(DecisionFacts.Target) is not { } target
            || FactReader.Word<Sensitivity>(line, DecisionFacts.Sensitivity) is not { } sensitivity
            || FactReader.Word<RiskLevel>(line, DecisionFacts.Risk) is not { } risk
            || FactReader.Word<Capabilities>(line, DecisionFacts.Offered) is not { } offered
            || FactReader.Duration(line, DecisionFacts.DefaultTtl) is not { } ttl) return null;
        return new Template
        {
            Name = name,
            Version = "",
            Owner = owner,
            Tenants = [task.Tenant],
            Subjects = [SubjectPattern.Parse(task.Subject)],
            Target = target,
            Sensitivity = sensitivity,
            Risk = risk,
            Capabilities = offered,
            DefaultTtl = ttl,
            MaxTtl = ttl,
            Backend = new TokenTemplateBackend("replay", [], []),
        };
    }

    /// <summary>A template that is there no longer: it is for nobody.</summary>
    public static Template Gone(string name) => new()
    {
        Name = name,
        Version = "",
        Owner = "",
        Target = name,
        Risk = RiskLevel.Critical,
        Capabilities = Capabilities.None,
        DefaultTtl = TimeSpan.Zero,
        MaxTtl = TimeSpan.Zero,
        Backend = new TokenTemplateBackend("replay", [], []),
    };
}
