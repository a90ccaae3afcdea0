namespace QuickStart;

/// <summary>What the sample needs to know.</summary>
/// <param name="BrokerAddress"><c>CREDBROKER_ADDRESS</c>.</param>
/// <param name="EvidenceFile"><c>CREDBROKER_EVIDENCE_FILE</c>: the JWT-SVID that says what this process is.</param>
/// <param name="OrdersApi"><c>ORDERS_API_URL</c>.</param>
internal sealed record Settings(string BrokerAddress, string EvidenceFile, Uri OrdersApi)
{
    public static Settings FromEnvironment() => new(
        Required("CREDBROKER_ADDRESS"),
        Required("CREDBROKER_EVIDENCE_FILE"),
        Uri.TryCreate(Required("ORDERS_API_URL"), UriKind.Absolute, out var url) ? url : throw new DeviationException("ORDERS_API_URL is not an address."));

    private static string Required(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : throw new DeviationException($"{name} is not set.");
}
