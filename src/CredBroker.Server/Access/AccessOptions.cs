namespace CredBroker.Server.Access;

/// <summary>Who the operators are.</summary>
public sealed class AccessOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Access";

    /// <summary>Issuers whose tokens prove operators. None = no operators; in development, those of <c>operators.json</c>.</summary>
    public IList<OperatorIssuerOptions> Issuers { get; } = [];

    /// <summary>Which of them may do what.</summary>
    public IList<OperatorBindingOptions> Bindings { get; } = [];

    /// <summary>How far the clocks of the issuers may be off: 0 to 30 s; 30 s unless told otherwise.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The bindings of one issuer's principals.</summary>
    internal IReadOnlyList<RoleBinding> BindingsOf(OperatorIssuerOptions issuer) =>
        [.. Bindings.Where(binding => binding.Issuer is null || binding.Issuer == issuer.Issuer).Select(binding => binding.ToBinding())];

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach (var (i, issuer) in Issuers.Index())
        {
            foreach (var fault in issuer.Faults($"{SectionName}:{nameof(Issuers)}:{i}")) yield return fault;
            if (Issuers.Take(i).Any(other => other.Issuer == issuer.Issuer)) yield return $"{SectionName}:{nameof(Issuers)}:{i}:Issuer stands there twice.";
        }

        foreach (var fault in Bindings.Index().SelectMany(entry => entry.Item.Faults($"{SectionName}:{nameof(Bindings)}:{entry.Index}", [.. Issuers])))
            yield return fault;
        if (Bindings.Count > 0 && Issuers.Count == 0) yield return $"{SectionName}:{nameof(Bindings)} needs {SectionName}:{nameof(Issuers)}: nobody else can name a principal.";
        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromSeconds(30)) yield return $"{SectionName}:{nameof(ClockSkew)} must be from 00:00:00 to 00:00:30.";
    }
}
