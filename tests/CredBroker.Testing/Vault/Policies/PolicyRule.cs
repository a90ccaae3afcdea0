namespace CredBroker.Testing.Vault.Policies;

/// <summary>One rule: a path, with <c>*</c> at its end for all that begins so and <c>+</c> for any one part.</summary>
internal sealed record PolicyRule(string Pattern, IReadOnlyList<string> Capabilities)
{
    private readonly string _stem = Pattern.TrimEnd('*');

    /// <summary>How closely it fits: an exact path before a beginning, a longer one before a shorter.</summary>
    public (bool IsExact, int Length) Precision => (!Pattern.EndsWith('*'), Pattern.Length);

    public bool Matches(string path)
    {
        if (!Pattern.Contains('+', StringComparison.Ordinal))
            return Pattern.EndsWith('*') ? path.StartsWith(_stem, StringComparison.Ordinal) : path == Pattern;
        var (wanted, given) = (_stem.Split('/'), path.Split('/'));
        if (given.Length < wanted.Length || (given.Length > wanted.Length && !Pattern.EndsWith('*'))) return false;
        for (var i = 0; i < wanted.Length; i++)
        {
            var isLast = i == wanted.Length - 1 && Pattern.EndsWith('*');
            if (wanted[i] != "+" && (isLast ? !given[i].StartsWith(wanted[i], StringComparison.Ordinal) : given[i] != wanted[i])) return false;
        }

        return true;
    }
}
