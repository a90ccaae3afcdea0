namespace CredBroker.Testing.Broker;

/// <summary>Policies for brokers that are tested for something else.</summary>
public static class BrokerPolicies
{
    /// <summary>The templates' bounds alone decide.</summary>
    public const string PermitAll = """@id("permit-all") permit (principal, action, resource);""";

    /// <summary>Where compiled Cedar is kept, so that it is compiled once and not for each broker.</summary>
    public static string CacheFolder { get; } = Path.Combine(Repository.Root, "artifacts", "cedar");
}
