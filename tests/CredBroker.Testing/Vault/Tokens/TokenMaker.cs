using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Leases;
using CredBroker.Testing.Vault.Policies;

namespace CredBroker.Testing.Vault.Tokens;

/// <summary>Makes tokens for those who already have one: <c>auth/token/create…</c>.</summary>
internal sealed class TokenMaker(TokenStore tokens, VaultNamespaces namespaces, VaultAccess access, VaultDoubleSettings settings)
{
    public VaultReply Make(VaultRequest request, TokenEntry maker, string? roleName, bool orphan)
    {
        if (maker.IsBatch) throw VaultRefusal.BadRequest("batch tokens cannot create more tokens");
        if (maker.NumUses != 0) throw VaultRefusal.BadRequest("restricted use token cannot generate child tokens");
        var role = roleName is null ? null : RoleOf(request.Namespace, roleName);
        var isBatch = IsBatch(request, role);
        if (isBatch) RefuseForBatch(request);
        var isSudo = access.IsSudo(maker, request);
        var warnings = new List<string>();
        var max = MaxOf(request, role, warnings);
        var policies = PoliciesOf(request, maker, role, isSudo);
        if (policies.Contains("root") && !maker.IsRoot) throw VaultRefusal.BadRequest("root tokens may not be created without parent token being root");
        var now = settings.Time.GetUtcNow();
        var isEndless = policies.Contains("root") && request.Duration("ttl") is null && max is null;
        var ttl = isEndless ? null : VaultTtl.Cut(now, now, request.Duration("ttl") ?? settings.DefaultLeaseTtl, settings.MaxLeaseTtl, max);
        warnings.AddRange(ttl?.Warnings ?? []);
        var draft = new TokenEntry
        {
            Id = "",
            Accessor = "",
            LeaseId = "",
            Namespace = request.Namespace,
            Path = request.Path + (role is { PathSuffix.Length: > 0 } ? $"/{role.PathSuffix}" : ""),
            Policies = policies,
            IssuedAt = now,
            Ttl = ttl?.Value ?? TimeSpan.Zero,
            ExpiresAt = ttl is null ? null : now + ttl.Value,
            Meta = request.Map("meta"),
            DisplayName = request.Text("display_name") is { Length: > 0 } name ? $"token-{name}" : "token",
            Role = role?.Name,
            Parent = orphan || (role?.Orphan ?? false) || ((request.Flag("no_parent") ?? false) && isSudo) ? null : maker.Id,
            IsBatch = isBatch,
            Renewable = !isBatch && !isEndless && (request.Flag("renewable") ?? true) && (role?.Renewable ?? true),
            NumUses = UsesOf(request, role),
            Period = role?.Period,
            ExplicitMax = request.Duration("explicit_max_ttl"),
            RenewalMax = role is null ? request.Duration("explicit_max_ttl") : role.ExplicitMax,
        };
        return VaultReply.Auth(tokens.Add(draft).ToAuth(draft.Ttl), warnings);
    }

    private TokenRole RoleOf(string space, string name) =>
        namespaces.Get(space).TokenRoles.TryGetValue(name, out var role) ? role : throw VaultRefusal.BadRequest($"unknown role {name}");

    private static bool IsBatch(VaultRequest request, TokenRole? role)
    {
        var wish = request.Text("type");
        var type = role?.Type switch
        {
            "service" => "service",
            "batch" => "batch",
            "default-batch" when wish.Length == 0 => "batch",
            _ => wish,
        };
        return type is "" or "service" or "batch" ? type == "batch" : throw VaultRefusal.BadRequest("invalid 'token_type' value");
    }

    private static void RefuseForBatch(VaultRequest request)
    {
        var wrong = request.Duration("explicit_max_ttl") is not null ? "explicit_max_ttl"
            : request.Number("num_uses") != 0 ? "num_uses"
            : request.Duration("period") is not null ? "period"
            : null;
        if (wrong is not null) throw VaultRefusal.BadRequest($"batch tokens cannot have \"{wrong}\" set");
    }

    private static TimeSpan? MaxOf(VaultRequest request, TokenRole? role, List<string> warnings)
    {
        var asked = request.Duration("explicit_max_ttl");
        if (role?.ExplicitMax is not { } given) return asked;
        if (asked is null) return given;
        var lesser = given < asked ? given : asked.Value;
        warnings.Add($"Explicit max TTL specified both during creation call and in role; using the lesser value of {(long)lesser.TotalSeconds} seconds");
        return lesser;
    }

    private static int UsesOf(VaultRequest request, TokenRole? role)
    {
        var (asked, given) = (request.Number("num_uses"), role?.NumUses ?? 0);
        if (asked < 0) throw VaultRefusal.BadRequest("number of uses cannot be negative");
        return given == 0 ? asked : asked == 0 ? given : Math.Min(asked, given);
    }

    private static IReadOnlyList<string> PoliciesOf(VaultRequest request, TokenEntry maker, TokenRole? role, bool isSudo)
    {
        var wished = request.Words("policies");
        var noDefault = request.Flag("no_default_policy") ?? false;
        if (role is { AllowedPolicies.Count: > 0 })
        {
            var allowed = WithDefault(role.AllowedPolicies, !noDefault && !role.NoDefaultPolicy);
            var chosen = wished.Count == 0 ? allowed : WithDefault(wished, !noDefault && !role.NoDefaultPolicy);
            return chosen.All(allowed.Contains)
                ? Without(chosen, noDefault)
                : throw VaultRefusal.BadRequest($"token policies ({Quoted(chosen)}) must be subset of the role's allowed policies ({Quoted(allowed)}) or glob policies ([])");
        }

        if (wished.Count == 0) return Without(maker.Policies, noDefault);
        if (isSudo) return Without(WithDefault(wished, !noDefault && !wished.Contains("root")), noDefault);
        if (!wished.All(maker.Policies.Contains)) throw VaultRefusal.BadRequest("child policies must be subset of parent");
        return Without(WithDefault(wished, !noDefault && maker.Policies.Contains("default")), noDefault);
    }

    private static IReadOnlyList<string> WithDefault(IReadOnlyList<string> policies, bool add) =>
        add && !policies.Contains("default") ? ["default", .. policies] : policies;

    private static IReadOnlyList<string> Without(IReadOnlyList<string> policies, bool noDefault) =>
        noDefault ? [.. policies.Where(policy => policy != "default")] : policies;

    private static string Quoted(IEnumerable<string> words) => $"[{string.Join(' ', words.Select(word => $"\"{word}\""))}]";
}
