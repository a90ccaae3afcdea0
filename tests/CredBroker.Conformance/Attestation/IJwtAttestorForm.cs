namespace CredBroker.Conformance.Attestation;

/// <summary>An attestor whose evidence is a JWT, to be started anew for each test.</summary>
public interface IJwtAttestorForm
{
    /// <summary>Starts it with one good key and a clock that the test holds; the longest life of evidence is an hour.</summary>
    Task<IJwtAttestorUnderTest> StartAsync(TimeSpan clockSkew);
}
