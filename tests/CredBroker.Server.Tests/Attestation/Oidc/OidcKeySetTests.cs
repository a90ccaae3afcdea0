using System.Net;
using System.Net.Sockets;
using System.Text;
using CredBroker.Attestation;
using CredBroker.Testing.Attestation;
using Microsoft.AspNetCore.Http;

namespace CredBroker.Server.Tests.Attestation.Oidc;

/// <summary>What strangers can make the broker ask an issuer for, and what an issuer that misbehaves can do. Requests are counted where they arrive.</summary>
[TestFixture, Category("Server")]
public sealed class OidcKeySetTests
{
    private const int Many = 1_000;

    private OidcUnderTest _tested = null!;

    [SetUp]
    public async Task Start() => _tested = await OidcUnderTest.StartAsync();

    [TearDown]
    public async Task Stop() => await _tested.DisposeAsync();

    [Test]
    public async Task ThousandUnknownKeysAtOnce_AskTheIssuerAtMostOnceInEachInterval()
    {
        await _tested.AttestAsync(_tested.Token());
        for (var interval = 0; interval < 3; interval++)
        {
            _tested.Time.Advance(TimeSpan.FromSeconds(31));
            var before = _tested.Issuer.KeyReads;
            var tokens = Enumerable.Range(0, Many).Select(i => Unknown($"stranger-{interval}-{i}")).ToList();

            var reasons = await Task.WhenAll(tokens.Select(token => Task.Run(() => ReasonOf(token))));

            Assert.That(reasons, Is.All.EqualTo(ErrorReason.AttestationFailed));
            Assert.That(_tested.Issuer.KeyReads - before, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task RefusedForOtherReasons_NeverAsksTheIssuer()
    {
        await _tested.AttestAsync(_tested.Token());
        _tested.Time.Advance(TimeSpan.FromSeconds(31));
        var before = _tested.Issuer.KeyReads;

        foreach (var (name, value) in new (string, object?)[] { ("aud", "elsewhere"), ("exp", 1), ("iss", "https://evil.test"), ("jti", null), ("sub", "") })
            await ReasonOf(_tested.Token(claims => claims[name] = value is null ? null : System.Text.Json.Nodes.JsonValue.Create(value)));

        Assert.That(_tested.Issuer.KeyReads, Is.EqualTo(before));
    }

    [TestCase(302)]
    [TestCase(307)]
    [TestCase(308)]
    public async Task KeysThatMoved_AreNotFollowed(int status)
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        _tested.Issuer.Misbehaviour = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = $"http://{elsewhere.LocalEndpoint}/keys";
            return Task.CompletedTask;
        };

        Assert.That(await ReasonOf(_tested.Token()), Is.EqualTo(ErrorReason.VerifierUnavailable));
        Assert.That(elsewhere.Pending(), Is.False);
    }

    [Test]
    public async Task KeysWithoutEnd_AreNotTaken()
    {
        _tested.Issuer.Misbehaviour = async context =>
        {
            var junk = Encoding.ASCII.GetBytes(new string(' ', 64 * 1024));
            for (var sent = 0; sent < 64 && !context.RequestAborted.IsCancellationRequested; sent++) await context.Response.Body.WriteAsync(junk);
        };

        Assert.That(await ReasonOf(_tested.Token()), Is.EqualTo(ErrorReason.VerifierUnavailable));
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("<html>")]
    [TestCase("""{"keys":7}""")]
    [TestCase("""{"keys":[],"keys":[]}""")]
    public async Task KeysThatAreNone_AreNotTaken(string text)
    {
        _tested.Issuer.Misbehaviour = context => context.Request.Path == "/keys"
            ? context.Response.WriteAsync(text)
            : context.Response.WriteAsync($$"""{"issuer":"{{_tested.Issuer.Address}}","jwks_uri":"{{_tested.Issuer.Address}}/keys"}""");

        Assert.That(await ReasonOf(_tested.Token()), Is.EqualTo(ErrorReason.VerifierUnavailable));
    }

    private string Unknown(string keyId)
    {
        var header = _tested.Header();
        header["kid"] = keyId;
        return TestJws.Assemble(header.ToJsonString(), _tested.Claims().ToJsonString(), _ => new byte[64]);
    }

    private async Task<ErrorReason?> ReasonOf(string token)
    {
        try
        {
            await _tested.Attestor.AttestAsync(new Evidence("oidc", Encoding.UTF8.GetBytes(token)), CancellationToken.None);
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Reason;
        }
    }
}
