using CredBroker.Leases;

namespace CredBroker.Tests.Leases;

/// <summary>A lease whose facts matter little.</summary>
internal static class SomeLease
{
    /// <summary>A live one of a workload.</summary>
    public static Lease Of(string workload)
    {
        var now = DateTimeOffset.UnixEpoch;
        return new Lease
        {
            Id = LeaseId.New(0, now),
            State = LeaseState.Active,
            Generation = 1,
            IssuedAt = now,
            ExpiresAt = now,
            MaxExpiresAt = now,
            Terms = new LeaseTerms
            {
                TaskId = TaskId.New(0, now),
                Tenant = "payments",
                Workload = workload,
                Template = "orders-api",
                TemplateVersion = "0",
                Target = "orders-api",
                Sensitivity = Sensitivity.Internal,
                Risk = RiskLevel.Low,
                Capabilities = Capabilities.Read,
                Backend = BackendNames.Token,
                Revocability = Revocability.Bounded,
                Renewable = true,
                PolicyVersion = "0",
            },
        };
    }
}
