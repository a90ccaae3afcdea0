namespace CredBroker.Cli.Responding;

/// <summary>The role that a caller takes, where its file has tokens for several.</summary>
/// <param name="Option">What <c>--role</c> says.</param>
/// <param name="Variable">What CREDBROKER_OPERATOR_ROLE says.</param>
/// <param name="Least">The least role that the command needs.</param>
internal sealed record RoleChoice(string? Option, string? Variable, string Least)
{
    /// <summary>The role to take.</summary>
    public string Role
    {
        get
        {
            var role = Option ?? (string.IsNullOrWhiteSpace(Variable) ? Least : Variable.Trim());
            return OperatorRoles.All.Contains(role)
                ? role
                : throw new UsageException($"CREDBROKER_OPERATOR_ROLE must be one of {string.Join(", ", OperatorRoles.All)}.");
        }
    }
}
