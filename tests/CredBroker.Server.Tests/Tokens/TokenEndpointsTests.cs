using System.Net;
using System.Text.Json.Nodes;
using CredBroker.Server.Hosting;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Server.Tokens;
using CredBroker.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Server.Tests.Tokens;

[TestFixture, Category("Server")]
public sealed class TokenEndpointsTests
{
    private const string Issuer = "http://broker.example";

    private ScratchFolder _scratch = null!;
    private WebApplication _server = null!;
    private HttpClient _client = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _scratch = new ScratchFolder();
        _server = Build(_scratch, ("Tokens:Issuer", Issuer));
        _server.MapTokenEndpoints();
        await _server.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_server.Urls.Single()) };
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _scratch.Dispose();
    }

    [TestCase("/.well-known/jwks.json", "application/jwk-set+json")]
    [TestCase("/.well-known/openid-configuration", "application/json")]
    [TestCase("/.well-known/oauth-authorization-server", "application/json")]
    public async Task Get_WellKnown_TypedAndCacheable(string path, string mediaType)
    {
        using var response = await _client.GetAsync(path);
        using var head = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo(mediaType));
            Assert.That(response.Headers.CacheControl?.ToString(), Is.EqualTo("public, max-age=300"));
            Assert.That(head.Content.Headers.ContentLength, Is.EqualTo(response.Content.Headers.ContentLength));
        });
    }

    [Test]
    public async Task Get_Metadata_NamesTheConfiguredIssuer()
    {
        var metadata = JsonNode.Parse(await _client.GetStringAsync("/.well-known/oauth-authorization-server"))!;

        Assert.Multiple(() =>
        {
            Assert.That((string?)metadata["issuer"], Is.EqualTo(Issuer));
            Assert.That((string?)metadata["jwks_uri"], Is.EqualTo(Issuer + "/.well-known/jwks.json"));
        });
    }

    [Test]
    public async Task Discovery_ReadByAnotherLibrary_VerifiesAToken()
    {
        var keys = _server.Services.GetRequiredService<ISigningKeyRing>();
        var token = _server.Services.GetRequiredService<IAccessTokenMinter>().Mint(Claims(TimeProvider.System.GetUtcNow()));
        using var client = new HttpClient(new ToServer(_server.Urls.Single()));
        var retriever = new HttpDocumentRetriever(client) { RequireHttps = false };

        var found = await OpenIdConnectConfigurationRetriever.GetAsync(Issuer + "/.well-known/openid-configuration", retriever, CancellationToken.None);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = found.Issuer,
            ValidAudience = "https://orders.example",
            IssuerSigningKeys = found.SigningKeys,
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = [.. found.IdTokenSigningAlgValuesSupported],
        });

        Assert.Multiple(() =>
        {
            Assert.That(result.IsValid, Is.True, result.Exception?.Message);
            Assert.That(found.SigningKeys.Single().KeyId, Is.EqualTo(keys.Current.Id));
        });
    }

    [TestCase("Tokens:Issuer", "not a uri", "Tokens:Issuer must be")]
    [TestCase("Tokens:Isuer", Issuer, "Tokens:Isuer is not a setting")]
    public async Task Start_WrongSettings_RefusedByName(string name, string value, string message)
    {
        using var scratch = new ScratchFolder();
        await using var server = Build(scratch, (name, value));

        Assert.That(async () => await server.StartAsync(), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(message));
    }

    [Test]
    public async Task Start_KeyOpenToOthers_Refused()
    {
        using var scratch = new ScratchFolder();
        new FileSigningKeyRing(scratch.Data).Dispose();
        ScratchFolder.SetMode(scratch.File("keys", "signing.pem"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await using var server = Build(scratch, ("Tokens:Issuer", Issuer));

        Assert.That(async () => await server.StartAsync(), Throws.TypeOf<StartRefusedException>());
    }

    private static WebApplication Build(ScratchFolder scratch, params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value));
        builder.Services.AddSingleton(scratch.Data);
        builder.Services.AddTokens(builder.Configuration);
        return builder.Build();
    }

    private static AccessTokenClaims Claims(DateTimeOffset now) => new()
    {
        LeaseId = LeaseId.New(1, now),
        Generation = 0,
        TaskId = TaskId.New(1, now),
        Subject = "spiffe://acme.example/a",
        ClientId = "spiffe://acme.example/a",
        Audience = "https://orders.example",
        Scopes = ["orders:read"],
        Capabilities = Capabilities.Read,
        Purpose = "p",
        Intent = "",
        Target = "orders",
        IssuedAt = now,
        ExpiresAt = now.AddMinutes(1),
        TransactionId = "t",
        PolicyVersion = "v",
        EvidenceDigest = "d",
        Labels = [],
    };

    /// <summary>The issuer's name is not in any DNS; the server is where it listens.</summary>
    private sealed class ToServer(string address) : DelegatingHandler(new HttpClientHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(new Uri(address), request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
