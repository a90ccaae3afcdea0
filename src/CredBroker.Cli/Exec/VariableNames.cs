using CredBroker.Client;

namespace CredBroker.Cli.Exec;

/// <summary>Which environment variable each part of a credential goes to.</summary>
internal sealed class VariableNames
{
    private const string TokenKey = "token";

    private readonly List<(string Name, string Key)> _given;

    private VariableNames(List<(string Name, string Key)> given) => _given = given;

    /// <summary>Reads <c>NAME=key</c> texts.</summary>
    public static VariableNames Parse(IReadOnlyList<string> texts) => new([.. texts.Select(Parse)]);

    /// <summary>
    /// The variables of a credential: <c>CREDBROKER_TOKEN</c> for a token, <c>CREDBROKER_SECRET_&lt;KEY&gt;</c> for each part of a secret, and
    /// the given names instead where there are some.
    /// </summary>
    public IReadOnlyDictionary<string, string> VariablesFor(LeasedCredential credential)
    {
        var parts = credential.IsToken ? new Dictionary<string, string> { [TokenKey] = credential.Token } : credential.Secret;
        foreach (var (name, key) in _given)
            if (!parts.ContainsKey(key))
                throw new UsageException($"--env {name}={key}: the credential has no part {key}; it has {string.Join(", ", parts.Keys.Order(StringComparer.Ordinal))}.");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in parts)
        {
            var names = _given.Where(g => g.Key == key).Select(g => g.Name).DefaultIfEmpty(DefaultName(credential.IsToken, key));
            foreach (var name in names) variables[name] = value;
        }
        return variables;
    }

    private static string DefaultName(bool isToken, string key) => isToken
        ? "CREDBROKER_TOKEN"
        : $"CREDBROKER_SECRET_{string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'))}";

    private static (string Name, string Key) Parse(string text)
    {
        var parts = text.Split('=', 2);
        var good = parts.Length == 2 && parts[1].Length > 0 && parts[0].Length > 0 && !char.IsAsciiDigit(parts[0][0])
            && parts[0].All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        return good ? (parts[0], parts[1]) : throw new UsageException($"--env {text}: write it as NAME=key.");
    }
}
