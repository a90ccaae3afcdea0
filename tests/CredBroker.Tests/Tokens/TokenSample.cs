using CredBroker.Tokens;
using Microsoft.Extensions.Options;

namespace CredBroker.Tests.Tokens;

internal sealed class TokenSample : ISigningKeyRing, IDisposable
{
    public const string Issuer = "https://broker.example";

    public static readonly DateTimeOffset Now = new(2026, 3, 14, 9, 26, 53, 589, TimeSpan.Zero);

    public SigningKey Current { get; } = SigningKey.Generate();

    public IReadOnlyList<PublicSigningKey> Published => [Current.Public];

    public AccessTokenMinter Minter => new(this, Options.Create(new TokenOptions { Issuer = Issuer }));

    public static AccessTokenClaims Claims { get; } = new()
    {
        LeaseId = LeaseId.New(7, Now),
        Generation = 2,
        TaskId = TaskId.New(7, Now),
        Subject = "spiffe://acme.example/agents/reconciler",
        ClientId = "spiffe://acme.example/agents/reconciler",
        Audience = "https://orders.example",
        Scopes = ["orders:read", "orders:write"],
        Capabilities = Capabilities.Read | Capabilities.Write,
        Purpose = "reconcile-invoices",
        Intent = "match March invoices to payments",
        Target = "orders",
        IssuedAt = Now,
        ExpiresAt = Now.AddSeconds(60.9),
        TransactionId = "txn-1",
        PolicyVersion = "0123456789abcdef",
        EvidenceDigest = "2jmj7l5rSw0yVb_vlWAYkK_YBwk",
        Labels = [LeaseLabel.Of("tenant", "acme"), LeaseLabel.Of("template", "orders-read")],
    };

    public void Dispose() => Current.Dispose();
}
