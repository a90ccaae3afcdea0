namespace CredBroker.Templates;

/// <summary>People who may agree to what policies ask their approval for (<c>kind: ApproverGroup</c>).</summary>
/// <param name="Name">Its name, as policies have it.</param>
/// <param name="Owner">Who looks after it.</param>
/// <param name="Approvers">Operator principals, exactly as the audit trail names them.</param>
public sealed record ApproverGroup(string Name, string Owner, IReadOnlyList<string> Approvers)
{
    /// <summary>Whether somebody belongs to it.</summary>
    public bool Has(string principal) => Approvers.Contains(principal, StringComparer.Ordinal);
}
