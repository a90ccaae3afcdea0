using CredBroker.Policy.Cedar.Documents;
using CredBroker.Policy.Cedar.Wasm;

namespace CredBroker.Policy.Cedar;

/// <summary>Reads a folder of policies as a broker would, for whoever is about to hand it to one.</summary>
public static class PolicyLint
{
    /// <summary>Reads everything below a folder.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static PolicyLintReport Read(string folder, CedarModule module, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        var reading = PolicyFolder.Read(folder, module, cancellationToken);
        return new PolicyLintReport(reading.Set?.Version ?? "", reading.Set?.Policies.Count ?? 0, reading.Faults);
    }
}
