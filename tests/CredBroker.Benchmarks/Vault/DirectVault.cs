using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CredBroker.Benchmarks.Processes;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Benchmarks.Vault;

/// <summary>The two calls that a broker makes for each lease, made without one: a child token, and a secret with it.</summary>
internal sealed class DirectVault : IDisposable
{
    private const string Meta = "lse_00000000000000000000000000";
    private readonly HttpClient _http;
    private readonly string _token;

    private DirectVault(HttpClient http, string token) => (_http, _token) = (http, token);

    public static async Task<DirectVault> LogInAsync(VaultProcess vault, CancellationToken cancellationToken)
    {
        var http = Connect(vault);
        using var answer = await http.PostAsJsonAsync(
            "v1/auth/approle/login", new { role_id = vault.Access.RoleId, secret_id = vault.Access.SecretId }, cancellationToken);
        var login = await ReadAsync(answer);
        return new DirectVault(http, (string)login["auth"]!["client_token"]!);
    }

    /// <summary>Makes one secret and reads it to its end.</summary>
    public async Task IssueAsync()
    {
        using var create = new HttpRequestMessage(HttpMethod.Post, $"v1/auth/token/create/{BrokerInVault.TokenRole}")
        {
            Content = JsonContent.Create(new
            {
                type = "service",
                ttl = "3600s",
                explicit_max_ttl = "14400s",
                no_default_policy = true,
                display_name = "credbroker",
                meta = new { credbroker_lease = Meta, credbroker_task = Meta, credbroker_issuer = BrokerStack.Issuer },
            }),
        };
        var child = await SendAsync(create, _token);
        using var creds = new HttpRequestMessage(HttpMethod.Get, "v1/database/creds/orders");
        var secret = await SendAsync(creds, (string)child["auth"]!["client_token"]!);
        if ((string?)secret["data"]?["password"] is not { Length: > 0 }) throw new BenchException("The double of Vault made no secret.");
    }

    public void Dispose() => _http.Dispose();

    private static HttpClient Connect(VaultProcess vault)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(vault.CertificateFile);
        var handler = new SocketsHttpHandler { UseCookies = false, UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = trust;
        return new HttpClient(handler) { BaseAddress = new Uri(vault.Access.Address) };
    }

    private async Task<JsonNode> SendAsync(HttpRequestMessage request, string token)
    {
        request.Headers.TryAddWithoutValidation("X-Vault-Token", token);
        request.Headers.TryAddWithoutValidation("X-Vault-Request", "true");
        using var answer = await _http.SendAsync(request);
        return await ReadAsync(answer);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode) throw new BenchException($"The double of Vault answered {(int)answer.StatusCode}.");
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
