using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

/// <summary>The <c>spiffe_jwt</c> attestor for the conformance suite.</summary>
internal sealed class SpiffeJwtForm : IJwtAttestorForm
{
    public Task<IJwtAttestorUnderTest> StartAsync(TimeSpan clockSkew) =>
        Task.FromResult<IJwtAttestorUnderTest>(new UnderTest(AttestorUnderTest.Started(options => options.ClockSkew = clockSkew)));

    private sealed class UnderTest(AttestorUnderTest tested) : IJwtAttestorUnderTest
    {
        public IAttestor Attestor => tested.Attestor;

        public FakeTimeProvider Time => tested.Time;

        public TestSigningKey Key => tested.Domain.Key;

        public string Subject => AttestorUnderTest.Workload;

        public bool IsSingleUse => false;

        public int UnforeseenFaults => tested.AttestorLog.Collector.Count;

        public JsonObject Header() => tested.Domain.Header();

        public JsonObject Claims() => tested.Domain.Claims(Subject);

        public ValueTask DisposeAsync()
        {
            tested.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
