using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.RateLimiting;
using CredBroker.Server.KeySets;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.AwsIam;

/// <summary>Asks STS who signed a request, by making that very request.</summary>
internal sealed partial class SecurityTokenService(IOptions<AwsIamOptions> options, ILogger<SecurityTokenService> logger) : IDisposable
{
    private const int MostAtOnce = 32;

    // One for each endpoint: what an endpoint may reach hangs on whether it is itself on this machine.
    private readonly Dictionary<string, OutboundHttp> _http = options.Value.Addresses.Distinct().ToDictionary(
        address => address, address => new OutboundHttp(new RemoteAccess(new Uri(address), options.Value.AllowPrivateAddresses, options.Value.CaFile)));

    // A signature that nobody has checked yet makes a call: so many at once, whoever shows them.
    private readonly ConcurrencyLimiter _places = new(new ConcurrencyLimiterOptions { PermitLimit = MostAtOnce, QueueLimit = MostAtOnce });

    /// <summary>Who it says it was.</summary>
    /// <exception cref="EvidenceFault">It does not accept the signature, or nobody can tell now.</exception>
    public async ValueTask<AwsPrincipal> AskAsync(SignedStsRequest signed, CancellationToken cancellationToken)
    {
        var (status, content) = await SendAsync(signed, cancellationToken).ConfigureAwait(false);
        if (status is HttpStatusCode.BadRequest && StsError.IsPassing(content)) throw Unusable(signed, "it is asked too often");
        if (status is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) throw new EvidenceFault("STS does not accept its signature");
        if (status is not HttpStatusCode.OK) throw Unusable(signed, $"{(int)status}");
        return AwsPrincipal.Read(content) ?? throw Unusable(signed, "no caller identity");
    }

    public void Dispose()
    {
        foreach (var http in _http.Values) http.Dispose();
        _places.Dispose();
    }

    private async ValueTask<(HttpStatusCode Status, byte[] Content)> SendAsync(SignedStsRequest signed, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, signed.Address);
        request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(SignedStsRequest.Body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(SignedStsRequest.ContentType) } };
        request.Headers.Accept.ParseAdd("application/json");
        foreach (var (name, value) in signed.Headers) request.Headers.TryAddWithoutValidation(name, value);
        using var place = await _places.AcquireAsync(permitCount: 1, cancellationToken).ConfigureAwait(false);
        if (!place.IsAcquired) throw EvidenceFault.Undecided("STS is asked about too many at once");
        try
        {
            return await _http[signed.Address].SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unusable(signed, (e.InnerException as InvalidDataException ?? e).Message);
        }
    }

    private EvidenceFault Unusable(SignedStsRequest signed, string answer)
    {
        LogUnusable(signed.Address, answer);
        return EvidenceFault.Undecided("STS does not answer as it should");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The STS endpoint {Address} does not answer as it should: {Answer}.")]
    private partial void LogUnusable(string address, string answer);
}
