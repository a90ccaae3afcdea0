using System.Text;
using CredBroker.Backends;
using CredBroker.Conformance.Backends;
using CredBroker.Templates;
using CredBroker.Tokens;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Server.Tests.Backends.Forms;

/// <summary>Tokens that the broker signs itself.</summary>
internal sealed class TokenBackendForm : IBackendForm
{
    public Task<IBackendUnderTest> OpenAsync() => Task.FromResult<IBackendUnderTest>(new Under());

    public override string ToString() => BackendNames.Token;

    private sealed class Under : IBackendUnderTest, ISigningKeyRing
    {
        private const string Issuer = "https://broker.acme.test";
        private const string Audience = "https://orders.acme.test";

        public SigningKey Current { get; } = SigningKey.Generate();

        public IReadOnlyList<PublicSigningKey> Published => [Current.Public];

        public Template Template { get; } = ConformanceTemplate.Of(
            new TokenTemplateBackend(Audience, ReadScopes: ["orders:read"], WriteScopes: []));

        public bool EndsByRecord => true;

        public ICredentialBackend Open() => new TokenBackend(new AccessTokenMinter(this, Options.Create(new TokenOptions { Issuer = Issuer })));

        public async Task<bool> IsGoodAsync(Credential credential)
        {
            var keys = new JsonWebKeySet(Encoding.UTF8.GetString(JsonWebKeySetDocument.Write(Published).Span));
            var result = await new JsonWebTokenHandler().ValidateTokenAsync(
                ((AccessTokenCredential)credential).Reveal(),
                new TokenValidationParameters { ValidIssuer = Issuer, ValidAudience = Audience, IssuerSigningKeys = keys.GetSigningKeys() });
            return result.IsValid;
        }

        public Task<int> CountAsync() => Task.FromResult(0);

        public ValueTask DisposeAsync()
        {
            Current.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
