using System.Text;
using System.Text.Json;
using CredBroker.Client.Internal.Aws;

namespace CredBroker.Client.Evidence;

/// <summary>
/// A request to AWS STS that this process signs with its credentials of AWS, from where the tools of AWS find them: the environment, the role of
/// a web identity token, the shared credentials file, the container's endpoint, the machine's metadata service (IMDSv2). The secret key does not leave
/// the process.
/// </summary>
public sealed class AwsEvidenceSource : IChallengedEvidenceSource, IDisposable
{
    private const string Body = "Action=GetCallerIdentity&Version=2011-06-15";
    private const string ContentType = "application/x-www-form-urlencoded; charset=utf-8";

    private readonly Uri _endpoint;
    private readonly string _region;
    private readonly TimeProvider _time;
    private readonly AwsCredentialsChain _credentials;

    /// <summary>Evidence for a broker that asks one endpoint of STS.</summary>
    /// <param name="endpoint">The endpoint, as the broker's settings name it, such as <c>https://sts.eu-west-1.amazonaws.com</c>.</param>
    /// <param name="region">Its region; that of the global endpoint is <c>us-east-1</c>.</param>
    public AwsEvidenceSource(string endpoint = "https://sts.amazonaws.com", string region = "us-east-1")
        : this(endpoint, region, Environment.GetEnvironmentVariable, TimeProvider.System)
    {
    }

    internal AwsEvidenceSource(string endpoint, string region, Func<string, string?> variable, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrEmpty(region);
        _endpoint = Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.PathAndQuery == "/"
            ? uri
            : throw new ArgumentException("The endpoint must look like https://sts.amazonaws.com.", nameof(endpoint));
        (_region, _time, _credentials) = (region, time, new AwsCredentialsChain(variable, time));
    }

    /// <inheritdoc/>
    public string Attestor => WorkloadEvidence.AwsIam;

    /// <inheritdoc/>
    public async ValueTask<WorkloadEvidence> GetAsync(string challenge, CancellationToken cancellationToken = default)
    {
        var credentials = await _credentials.FindAsync(cancellationToken);
        var headers = new Dictionary<string, string> { ["content-type"] = ContentType, ["x-credbroker-challenge"] = challenge };
        var request = new AwsRequest("POST", _endpoint.Authority, headers, Encoding.ASCII.GetBytes(Body), _region, "sts", _time.GetUtcNow());
        // The broker sends the content type itself.
        var signed = SigV4.Sign(request, credentials).Where(header => header.Key != "content-type").ToDictionary();
        return new WorkloadEvidence(Attestor, JsonSerializer.SerializeToUtf8Bytes(new { url = _endpoint.AbsoluteUri, headers = signed, body = Body }));
    }

    /// <inheritdoc/>
    public void Dispose() => _credentials.Dispose();
}
