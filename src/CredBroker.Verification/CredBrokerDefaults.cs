namespace CredBroker.Verification;

/// <summary>Fixed names of the scheme.</summary>
public static class CredBrokerDefaults
{
    /// <summary>The authentication scheme, and the authentication type of the identities that it makes.</summary>
    public const string AuthenticationScheme = "CredBroker";

    /// <summary>The meter of the metrics.</summary>
    public const string MeterName = "CredBroker.Verification";
}
