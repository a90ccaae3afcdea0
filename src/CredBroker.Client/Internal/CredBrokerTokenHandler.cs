using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace CredBroker.Client.Internal;

/// <summary>Puts the task's token on each request; on 401 it gets another and tries once more, where the request can be sent twice.</summary>
internal sealed class CredBrokerTokenHandler : DelegatingHandler
{
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
        request.Headers.Authorization = new AuthenticationHeaderValue(credential.TokenType, token);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || !repeatable) return response;

        var fresh = await credential.ReplaceAsync(token, cancellationToken);
        if (string.Equals(fresh, token, StringComparison.Ordinal)) return response;
        response.Dispose();
        request.Headers.Authorization = new AuthenticationHeaderValue(credential.TokenType, fresh);
        return await base.SendAsync(request, cancellationToken);
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
