namespace CredBroker.Client.Evidence;

/// <summary>Evidence in an environment variable, read each time it is needed. A file is better: it can be rotated, and children do not inherit it.</summary>
public sealed class EnvironmentEvidenceSource : IEvidenceSource
{
    /// <summary>The variable that is read unless another is named.</summary>
    public const string DefaultVariable = "CREDBROKER_EVIDENCE";

    private readonly string _variable;
    private readonly string _attestor;

    /// <summary>Evidence from a variable.</summary>
    /// <param name="variable">The variable's name.</param>
    /// <param name="attestor">The attestor that reads it.</param>
    public EnvironmentEvidenceSource(string variable = DefaultVariable, string attestor = WorkloadEvidence.SpiffeJwt)
    {
        ArgumentException.ThrowIfNullOrEmpty(variable);
        _variable = variable;
        _attestor = attestor;
    }

    /// <inheritdoc/>
    public ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken = default)
    {
        var text = Environment.GetEnvironmentVariable(_variable);
        return string.IsNullOrWhiteSpace(text)
            ? throw new EvidenceUnavailableException($"The environment variable {_variable} is not set.")
            : ValueTask.FromResult(WorkloadEvidence.FromText(_attestor, text));
    }
}
