using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace CredBroker.Client.Internal;

/// <summary>Puts the task's token on each request; on 401 it gets another and tries once more, where the request can be sent twice.</summary>
internal sealed class CredBrokerTokenHandler : DelegatingHandler
{
    private const string ProofHeader = "DPoP";
    private const string NonceHeader = "DPoP-Nonce";

    private readonly ApplicationTask _application;
    private readonly CredentialRequest _credential;

    public CredBrokerTokenHandler(ApplicationTask application, CredentialRequest credential)
    {
        _application = application;
        _credential = credential;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization is not null) return await base.SendAsync(request, cancellationToken);
        if (request.RequestUri is not { } address || !OptionsRules.MayCarryTokens(address, _application.AllowPlaintext))
            throw new InvalidOperationException("A token may travel by https:// only, or by http:// on this machine; see CredBroker:AllowPlaintext.");

        var task = BrokerTask.Current ?? await _application.GetAsync(cancellationToken);
        var credential = await task.GetSharedAsync(_credential, cancellationToken);
        var token = await credential.GetTokenAsync(cancellationToken);
        var repeatable = await MakeRepeatableAsync(request.Content, cancellationToken);
        var response = await SendAsync(request, credential, token, cancellationToken);
        if (repeatable && WantsNonce(response, out var nonce))
        {
            response.Dispose();
            credential.TakeNonce(address, nonce);
            response = await SendAsync(request, credential, token, cancellationToken);
        }

        if (response.StatusCode != HttpStatusCode.Unauthorized || !repeatable) return response;

        var fresh = await credential.ReplaceAsync(token, cancellationToken);
        if (string.Equals(fresh, token, StringComparison.Ordinal)) return response;
        response.Dispose();
        return await SendAsync(request, credential, fresh, cancellationToken);
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, LeasedCredential credential, string token, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue(credential.TokenType, token);
        request.Headers.Remove(ProofHeader);
        if (credential.ProveFor(request.Method.Method, request.RequestUri!, token) is { } proof) request.Headers.Add(ProofHeader, proof);
        return base.SendAsync(request, cancellationToken);
    }

    /// <summary>Whether all that is wrong is the nonce of the proof (RFC 9449 §9).</summary>
    private static bool WantsNonce(HttpResponseMessage response, [NotNullWhen(true)] out string? nonce)
    {
        nonce = null;
        if (response.StatusCode != HttpStatusCode.Unauthorized || !response.Headers.TryGetValues(NonceHeader, out var values)) return false;
        if (!response.Headers.WwwAuthenticate.Any(challenge => challenge.Parameter?.Contains("use_dpop_nonce", StringComparison.Ordinal) == true)) return false;
        nonce = values.First();
        return true;
    }

    /// <summary>
    /// A stream can be read once only, so it is not repeated. JSON is written from objects that might not give the same twice: it is written
    /// down before the first try.
    /// </summary>
    private static async Task<bool> MakeRepeatableAsync(HttpContent? content, CancellationToken cancellationToken)
    {
        if (content is JsonContent json) await json.LoadIntoBufferAsync(cancellationToken);
        return content is null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent;
    }
}
