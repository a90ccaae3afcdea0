namespace CredBroker.Testing.Attestation;

/// <summary>A pod of a cluster for tests.</summary>
public sealed record FakePod(string Namespace, string ServiceAccount, string Name)
{
    public string Uid { get; init; } = Guid.NewGuid().ToString();

    public string ServiceAccountUid { get; init; } = "5d2a1a50-0f3b-4d7e-9a35-1c1a3a0c7c11";

    public string Node { get; init; } = "node-1.acme.test";

    public string Phase { get; init; } = "Running";
}
