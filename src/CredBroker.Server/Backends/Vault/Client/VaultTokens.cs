using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary><c>auth/token</c> over HTTP.</summary>
internal sealed class VaultTokens(VaultChannel channel) : IVaultTokens
{
    public async Task<VaultChildToken> CreateAsync(VaultTokenRequest request, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["type"] = request.ExplicitMaxTtl is null ? "batch" : "service",
            ["ttl"] = Seconds(request.Ttl),
            ["no_default_policy"] = true,
            ["display_name"] = "credbroker",
            ["meta"] = new JsonObject([.. request.Meta.Select(note => KeyValuePair.Create(note.Key, (JsonNode?)note.Value))]),
        };
        if (request.ExplicitMaxTtl is { } most) body["explicit_max_ttl"] = Seconds(most);
        if (request.Policies.Count > 0) body["policies"] = new JsonArray([.. request.Policies.Select(policy => (JsonNode)policy)]);
        var answer = await channel.SendAsBrokerAsync(new VaultCall(HttpMethod.Post, $"auth/token/create/{request.Role}") { Body = body }, cancellationToken);
        if (answer.Auth is not { ClientToken.Length: > 0 } auth) throw new VaultException(VaultFailure.Failed, "Vault's answer to making a token tells of none.");
        return new VaultChildToken(
            new VaultToken(auth.ClientToken), auth.Accessor is { Length: > 0 } accessor ? accessor : null, TimeSpan.FromSeconds(auth.LeaseDuration), auth.Orphan);
    }

    public async Task<VaultTokenInfo?> LookupAccessorAsync(string accessor, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await channel.SendAsBrokerAsync(Of("lookup-accessor", accessor), cancellationToken);
            return new VaultTokenInfo(DateTimeOffset.FromUnixTimeSeconds(answer.DataNumber("creation_time") ?? 0), MetaOf(answer));
        }
        catch (VaultException fault) when (IsUnknown(fault))
        {
            return null;
        }
    }

    public async Task<TimeSpan> RenewAccessorAsync(string accessor, TimeSpan increment, CancellationToken cancellationToken)
    {
        var call = Of("renew-accessor", accessor);
        call.Body!["increment"] = Seconds(increment);
        var answer = await channel.SendAsBrokerAsync(call, cancellationToken);
        return TimeSpan.FromSeconds(answer.Auth?.LeaseDuration ?? 0);
    }

    public async Task<bool> RevokeAccessorAsync(string accessor, CancellationToken cancellationToken)
    {
        try
        {
            await channel.SendAsBrokerAsync(Of("revoke-accessor", accessor), cancellationToken);
            return true;
        }
        catch (VaultException fault) when (IsUnknown(fault))
        {
            return false;
        }
    }

    public async Task<IReadOnlyList<string>> ListAccessorsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await channel.SendAsBrokerAsync(new VaultCall(VaultCall.List, "auth/token/accessors") { IsSafe = true }, cancellationToken);
            return answer.Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
                ? [.. keys.EnumerateArray().Where(key => key.ValueKind == JsonValueKind.String).Select(key => key.GetString()!)]
                : [];
        }
        catch (VaultException fault) when (fault.Failure == VaultFailure.Refused && fault.Errors.Count == 0)
        {
            // An empty list is a 404 without errors.
            return [];
        }
    }

    public Task<VaultBody> ReadRoleAsync(string role, CancellationToken cancellationToken) =>
        channel.SendAsBrokerAsync(new VaultCall(HttpMethod.Get, $"auth/token/roles/{role}") { IsSafe = true }, cancellationToken);

    internal static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(time.TotalSeconds)}s");

    private static VaultCall Of(string what, string accessor) =>
        new(HttpMethod.Post, $"auth/token/{what}") { Body = new JsonObject { ["accessor"] = accessor }, IsSafe = true };

    // The one text is the same in every version; the status is not. "token not found" is another thing: a revocation that is half done.
    private static bool IsUnknown(VaultException fault) =>
        fault.Failure is VaultFailure.Refused or VaultFailure.Denied && fault.Says("invalid accessor");

    private static Dictionary<string, string> MetaOf(VaultBody answer)
    {
        if (answer.Data is not { ValueKind: JsonValueKind.Object } data || !data.TryGetProperty("meta", out var meta) || meta.ValueKind != JsonValueKind.Object) return [];
        return meta.EnumerateObject().Where(note => note.Value.ValueKind == JsonValueKind.String)
            .ToDictionary(note => note.Name, note => note.Value.GetString()!, StringComparer.Ordinal);
    }
}
