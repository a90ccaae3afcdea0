using System.Net;
using System.Text.Json.Nodes;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault;

/// <summary>How Vault is, told to everybody.</summary>
internal sealed class HealthPaths(VaultCondition condition, TimeProvider time)
{
    public const string Health = "sys/health";
    public const string SealStatus = "sys/seal-status";

    public VaultReply AnswerHealth() => new(condition.HealthStatus ?? Status(), new JsonObject
    {
        ["initialized"] = condition.IsInitialised,
        ["sealed"] = condition.IsSealed,
        ["standby"] = condition.IsStandby,
        ["server_time_utc"] = time.GetUtcNow().ToUnixTimeSeconds(),
        ["version"] = "1.0.0",
    });

    public VaultReply AnswerSeal() => new((int)HttpStatusCode.OK, new JsonObject
    {
        ["type"] = "shamir",
        ["initialized"] = condition.IsInitialised,
        ["sealed"] = condition.IsSealed,
        ["t"] = 1,
        ["n"] = 1,
        ["progress"] = 0,
    });

    private int Status() => condition switch
    {
        { IsInitialised: false } => (int)HttpStatusCode.NotImplemented,
        { IsSealed: true } => (int)HttpStatusCode.ServiceUnavailable,
        { IsStandby: true } => (int)HttpStatusCode.TooManyRequests,
        _ => (int)HttpStatusCode.OK,
    };
}
