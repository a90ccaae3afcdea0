namespace CredBroker.Testing.Vault;

/// <summary>Paths for faults and for looking at calls.</summary>
public static class VaultPath
{
    public const string Everything = "*";
    public const string Login = "auth/*/login";
    public const string CreateToken = "auth/token/create*";
    public const string RenewSelf = "auth/token/renew-self";
    public const string RenewAccessor = "auth/token/renew-accessor";
    public const string LookupAccessor = "auth/token/lookup-accessor";
    public const string RevokeAccessor = "auth/token/revoke-accessor";
    public const string Accessors = "auth/token/accessors";
    public const string LookupLease = "sys/leases/lookup";
    public const string RenewLease = "sys/leases/renew";
    public const string RevokeLease = "sys/leases/revoke";
    public const string Health = "sys/health";

    /// <summary>Dynamic secrets of every mount.</summary>
    public const string Creds = "*/creds/*";
}
