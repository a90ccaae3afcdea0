using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Testing.Attestation;

namespace CredBroker.Conformance.Attestation;

/// <summary>What every attestor has to hold whose evidence is a JWT. Whatever can be signed truly is, so that only the named fault is there.</summary>
public abstract class JwtAttestorConformance(IJwtAttestorForm form)
{
    private IJwtAttestorUnderTest? _tested;

    protected IJwtAttestorUnderTest Tested => _tested ?? throw new InvalidOperationException("Nothing has been started.");

    protected static TimeSpan DefaultSkew { get; } = TimeSpan.FromSeconds(30);

    [SetUp]
    public async Task StartAsync() => _tested = await form.StartAsync(DefaultSkew);

    [TearDown]
    public async Task StopAsync()
    {
        if (_tested is not null) await _tested.DisposeAsync();
    }

    /// <summary>Starts anew, with another skew.</summary>
    protected async Task RestartAsync(TimeSpan clockSkew)
    {
        await StopAsync();
        _tested = await form.StartAsync(clockSkew);
    }

    protected string Good() => Sign(Tested.Header(), Tested.Claims());

    protected string Sign(JsonObject header, JsonObject claims, TestSigningKey? key = null) =>
        TestJws.Sign(header.ToJsonString(), claims.ToJsonString(), key ?? Tested.Key);

    protected Task<AttestedSubject> AttestAsync(string evidence) => AttestAsync(Encoding.UTF8.GetBytes(evidence));

    protected Task<AttestedSubject> AttestAsync(byte[] payload) =>
        Tested.Attestor.AttestAsync(new Evidence(Tested.Attestor.Name, payload), CancellationToken.None).AsTask();

    /// <summary>The sentence by which evidence is refused as not proving what it claims. Every such sentence must be documented.</summary>
    protected Task<string> FaultOf(string evidence) => FaultOf(Tested.Attestor, evidence);

    /// <inheritdoc cref="FaultOf(string)"/>
    public static Task<string> FaultOf(IAttestor attestor, string evidence) =>
        AttestorConformance.FaultOf(attestor, new Evidence(attestor.Name, Encoding.UTF8.GetBytes(evidence)));
}
