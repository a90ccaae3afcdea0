using CredBroker.Testing.Vault.Leases;
using CredBroker.Testing.Vault.Tokens;

namespace CredBroker.Testing.Vault;

/// <summary>The tokens and leases that stand, what hangs on what, and when each is due. Whoever changes one by what it is holds <see cref="Gate"/>.</summary>
internal sealed class VaultStorage
{
    private readonly Dictionary<string, TokenEntry> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _accessors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LeaseEntry> _leases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _children = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _leasesOfToken = new(StringComparer.Ordinal);

    // An entry that has been renewed or is gone stays in it until its old time has come.
    private readonly PriorityQueue<(string Id, bool IsToken), DateTimeOffset> _due = new();

    public Lock Gate { get; } = new();

    public IReadOnlyList<TokenEntry> Tokens => Read(() => _tokens.Values.ToArray());

    public IReadOnlyList<LeaseEntry> Leases => Read(() => _leases.Values.ToArray());

    public TokenEntry? FindToken(string id) => Read(() => _tokens.GetValueOrDefault(id));

    public TokenEntry? FindAccessor(string accessor) => Read(() => _accessors.TryGetValue(accessor, out var id) ? _tokens.GetValueOrDefault(id) : null);

    public LeaseEntry? FindLease(string id) => Read(() => _leases.GetValueOrDefault(id));

    public IReadOnlyList<string> ChildrenOf(string token) => Read(() => _children.TryGetValue(token, out var children) ? children.ToArray() : []);

    public IReadOnlyList<string> LeasesOf(string token) => Read(() => _leasesOfToken.TryGetValue(token, out var leases) ? leases.ToArray() : []);

    public void Put(TokenEntry token)
    {
        lock (Gate)
        {
            _tokens[token.Id] = token;
            if (token.Accessor.Length > 0) _accessors[token.Accessor] = token.Id;
            if (token.Parent is { } parent) IndexOf(_children, parent).Add(token.Id);
            if (token.ExpiresAt is { } end) _due.Enqueue((token.Id, true), end);
        }
    }

    public void Put(LeaseEntry lease)
    {
        lock (Gate)
        {
            _leases[lease.Id] = lease;
            if (lease.Token is { } token) IndexOf(_leasesOfToken, token).Add(lease.Id);
            _due.Enqueue((lease.Id, false), lease.ExpiresAt);
        }
    }

    public void Remove(TokenEntry token)
    {
        lock (Gate)
        {
            _tokens.Remove(token.Id);
            _accessors.Remove(token.Accessor);
            _leasesOfToken.Remove(token.Id);
            if (token.Parent is { } parent && _children.TryGetValue(parent, out var siblings)) siblings.Remove(token.Id);
        }
    }

    public void Remove(LeaseEntry lease)
    {
        lock (Gate)
        {
            _leases.Remove(lease.Id);
            if (lease.Token is { } token && _leasesOfToken.TryGetValue(token, out var leases)) leases.Remove(lease.Id);
        }
    }

    /// <summary>What is due by now, each once.</summary>
    public (IReadOnlyList<TokenEntry> Tokens, IReadOnlyList<LeaseEntry> Leases) TakeDue(DateTimeOffset now)
    {
        var (tokens, leases) = (new List<TokenEntry>(), new List<LeaseEntry>());
        lock (Gate)
        {
            while (_due.TryPeek(out var entry, out var at) && at <= now)
            {
                _due.Dequeue();
                if (entry.IsToken && _tokens.TryGetValue(entry.Id, out var token) && token.ExpiresAt <= now) tokens.Add(token);
                if (!entry.IsToken && _leases.TryGetValue(entry.Id, out var lease) && lease.ExpiresAt <= now) leases.Add(lease);
            }
        }

        return (tokens, leases);
    }

    /// <summary>What is stored. A batch token is not: it carries all that it is.</summary>
    public VaultSnapshot Take()
    {
        lock (Gate) return new VaultSnapshot([.. _tokens.Values.Where(token => !token.IsBatch)], [.. _leases.Values]);
    }

    public void Restore(VaultSnapshot snapshot)
    {
        lock (Gate)
        {
            var batch = _tokens.Values.Where(token => token.IsBatch).ToArray();
            _tokens.Clear();
            _accessors.Clear();
            _leases.Clear();
            _children.Clear();
            _leasesOfToken.Clear();
            _due.Clear();
            foreach (var token in snapshot.Tokens.Concat(batch)) Put(token);
            foreach (var lease in snapshot.Leases) Put(lease);
        }
    }

    private static HashSet<string> IndexOf(Dictionary<string, HashSet<string>> index, string key)
    {
        if (!index.TryGetValue(key, out var entries)) index[key] = entries = new HashSet<string>(StringComparer.Ordinal);
        return entries;
    }

    private T Read<T>(Func<T> read)
    {
        lock (Gate) return read();
    }
}
