using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace CredBroker.Client.Internal.Aws;

/// <summary>
/// Credentials of a role that AWS STS gives for a token of another issuer (AssumeRoleWithWebIdentity), as it is mounted into a pod of EKS:
/// <c>AWS_WEB_IDENTITY_TOKEN_FILE</c>, <c>AWS_ROLE_ARN</c>, <c>AWS_ROLE_SESSION_NAME</c>. The token goes to STS alone. What STS gives is used
/// until five minutes before it expires.
/// </summary>
internal sealed class WebIdentityRole(Func<string, string?> variable, MetadataHttp http, TimeProvider time)
{
    private const string Sts = "AWS STS";
    private static readonly XNamespace Names = "https://sts.amazonaws.com/doc/2011-06-15/";
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    // One for the life of the source: it is part of the subject, and a task that comes back as somebody else is ended.
    private readonly string _session = $"credbroker-{time.GetUtcNow().ToUnixTimeSeconds()}";
    private volatile Held? _held;

    /// <summary>The role's credentials; null where no token is named.</summary>
    /// <exception cref="EvidenceUnavailableException">The token or the role is missing, or STS gives nothing for them.</exception>
    public async Task<AwsCredentials?> AssumeAsync(CancellationToken cancellationToken)
    {
        if (variable("AWS_WEB_IDENTITY_TOKEN_FILE") is not { } file) return null;
        var role = variable("AWS_ROLE_ARN") ?? throw new EvidenceUnavailableException("AWS_WEB_IDENTITY_TOKEN_FILE is set, and AWS_ROLE_ARN is not.");
        if (_held is { } held && held.Role == role && time.GetUtcNow() < held.ExpiresAt - Margin) return held.Credentials;
        using var request = new HttpRequestMessage(HttpMethod.Post, Endpoint());
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["Action"] = "AssumeRoleWithWebIdentity",
            ["Version"] = "2011-06-15",
            ["RoleArn"] = role,
            ["RoleSessionName"] = variable("AWS_ROLE_SESSION_NAME") ?? _session,
            ["WebIdentityToken"] = await TokenFile.ReadAsync(file, cancellationToken),
        });
        var given = Read(role, await http.AskAsync(Sts, request, cancellationToken));
        _held = given;
        return given.Credentials;
    }

    private Uri Endpoint()
    {
        var region = variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION");
        var address = variable("AWS_ENDPOINT_URL_STS") ?? (region is null ? "https://sts.amazonaws.com" : $"https://sts.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}");
        return Uri.TryCreate(address, UriKind.Absolute, out var endpoint) && endpoint.AbsolutePath == "/"
            && (endpoint.Scheme == Uri.UriSchemeHttps || (endpoint.Scheme == Uri.UriSchemeHttp && endpoint.IsLoopback))
                ? endpoint
                : throw new EvidenceUnavailableException("The address of AWS STS must be https, without a path: see AWS_REGION and AWS_ENDPOINT_URL_STS.");
    }

    private static Held Read(string role, string answer)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(answer), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var given = XDocument.Load(reader).Descendants(Names + "Credentials").FirstOrDefault();
            if (AwsCredentials.Of(Text(given, "AccessKeyId"), Text(given, "SecretAccessKey"), Text(given, "SessionToken")) is { } credentials
                && DateTimeOffset.TryParse(Text(given, "Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expiresAt))
                return new Held(role, credentials, expiresAt);
        }
        catch (XmlException)
        {
            // What the parser says may quote the answer.
        }

        throw new EvidenceUnavailableException($"{Sts} gives no credentials.");
    }

    private static string? Text(XElement? given, string name) => given?.Element(Names + name)?.Value;

    private sealed record Held(string Role, AwsCredentials Credentials, DateTimeOffset ExpiresAt);
}
