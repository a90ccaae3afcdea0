using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>Sends calls to one cluster and reads what it answers. What to try again and when to stop is the pipeline's of its client.</summary>
internal sealed class VaultHttp(string cluster, IHttpClientFactory clients)
{
    /// <summary>The largest answer that is read; a certificate chain is a hundredth of it.</summary>
    public const int MaxAnswerBytes = 1024 * 1024;

    /// <summary>Where the pipeline finds the call that a request is of.</summary>
    public static readonly HttpRequestOptionsKey<VaultCall> CallOf = new("vault-call");

    /// <summary>Where the pipeline finds what fails together with a request.</summary>
    public static readonly HttpRequestOptionsKey<string> LaneOf = new("vault-lane");

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly string _client = ClientName(cluster);

    /// <summary>The name of a cluster's client.</summary>
    public static string ClientName(string cluster) => $"vault:{cluster}";

    /// <summary>Calls, and takes nothing but success.</summary>
    /// <exception cref="VaultException">Anything else.</exception>
    public async Task<VaultBody> SendAsync(VaultCall call, string? ns, CancellationToken cancellationToken)
    {
        using var response = await AnswerAsync(call, ns, cancellationToken);
        var body = await ReadAsync(call, response, cancellationToken);
        if ((int)response.StatusCode is 200 or 202 or 204) return body;
        throw VaultException.Answered(NameOf(call), (int)response.StatusCode, body.Errors ?? [], response.Headers.RetryAfter?.Delta);
    }

    /// <summary>Calls for the status alone.</summary>
    /// <exception cref="VaultException">There is no answer.</exception>
    public async Task<int> StatusAsync(VaultCall call, CancellationToken cancellationToken)
    {
        using var response = await AnswerAsync(call, ns: null, cancellationToken);
        return (int)response.StatusCode;
    }

    private async Task<HttpResponseMessage> AnswerAsync(VaultCall call, string? ns, CancellationToken cancellationToken)
    {
        using var request = RequestOf(call, ns);
        try
        {
            using var client = clients.CreateClient(_client);
            return await client.SendAsync(request, cancellationToken);
        }
        catch (Exception fault) when (FailureOf(fault) is { } failure && !cancellationToken.IsCancellationRequested)
        {
            throw new VaultException(failure, $"{NameOf(call)} got no answer: {WhatOf(fault)}", fault);
        }
    }

    private static HttpRequestMessage RequestOf(VaultCall call, string? ns)
    {
        var request = new HttpRequestMessage(call.Method, $"/v1/{call.Path}");
        request.Headers.TryAddWithoutValidation("X-Vault-Request", "true");
        if (ns is not null) request.Headers.TryAddWithoutValidation("X-Vault-Namespace", ns);
        if (call.Token is { } token) request.Headers.TryAddWithoutValidation("X-Vault-Token", token.Reveal());
        request.Options.Set(CallOf, call);
        request.Options.Set(LaneOf, ns is null || call.Lane == VaultCall.ClusterLane ? call.Lane : $"{call.Lane}@{ns}");
        if (call.Body is { } body)
        {
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
            request.Content.Headers.ContentType = Json;
        }
        else if (!call.IsSafe)
        {
            // Where a connection ends without an answer the handler itself sends a request again, three times, unless it has content: each
            // would make one more secret.
            request.Content = new ByteArrayContent([]);
        }

        return request;
    }

    private async Task<VaultBody> ReadAsync(VaultCall call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (bytes.Length == 0) return new VaultBody();
        try
        {
            return JsonSerializer.Deserialize(bytes, VaultJson.Default.VaultBody) ?? new VaultBody();
        }
        catch (JsonException) when (!response.IsSuccessStatusCode)
        {
            // Something in between has answered, in words of its own.
            return new VaultBody();
        }
        catch (JsonException)
        {
            // Its message would hold a piece of the answer.
            throw new VaultException(VaultFailure.Failed, $"{NameOf(call)} was answered with something that is not Vault's.");
        }
    }

    private string NameOf(VaultCall call) => $"Vault {cluster}: {call}";

    private static VaultFailure? FailureOf(Exception fault) => fault switch
    {
        // The last: the file of authorities is not what it was at start.
        BrokenCircuitException or CryptographicException => VaultFailure.NotSent,
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError,
        } => VaultFailure.NotSent,
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => VaultFailure.Failed,
        HttpRequestException or TimeoutRejectedException or OperationCanceledException or IOException => VaultFailure.Lost,
        _ => null,
    };

    private static string WhatOf(Exception fault) => fault switch
    {
        BrokenCircuitException => "it has failed too often and is left alone for a while",
        HttpRequestException http => http.HttpRequestError.ToString(),
        _ => fault.GetType().Name,
    };
}
