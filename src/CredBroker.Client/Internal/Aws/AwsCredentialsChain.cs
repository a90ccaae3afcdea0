using System.Net;

namespace CredBroker.Client.Internal.Aws;

/// <summary>
/// Finds credentials where the tools of AWS find them, in their order: the environment, the role of a web identity token (EKS), the shared
/// credentials file, the container's endpoint (ECS, EKS Pod Identity), the machine's metadata service (IMDSv2 only). Files and endpoints are asked
/// anew each time: what is cached is cached there.
/// </summary>
internal sealed class AwsCredentialsChain : IDisposable
{
    private const string Container = "The container's credentials endpoint";
    private const string Machine = "The machine's metadata service";
    private static readonly Uri ContainerHost = new("http://169.254.170.2");

    // The addresses of ECS and EKS; anywhere else a token must not be sent in plain text.
    private static readonly IPAddress[] PlainHosts = [IPAddress.Parse("169.254.170.2"), IPAddress.Parse("169.254.170.23"), IPAddress.Parse("fd00:ec2::23")];

    private readonly Func<string, string?> _variable;
    private readonly MetadataHttp _http = new();
    private readonly WebIdentityRole _webIdentity;

    public AwsCredentialsChain(Func<string, string?> variable, TimeProvider time) => (_variable, _webIdentity) = (variable, new WebIdentityRole(Variable, _http, time));

    /// <summary>The first that are found.</summary>
    /// <exception cref="EvidenceUnavailableException">There are none, or those that should be there cannot be had.</exception>
    public async Task<AwsCredentials> FindAsync(CancellationToken cancellationToken) =>
        AwsCredentials.Of(Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY"), Variable("AWS_SESSION_TOKEN"))
        ?? await _webIdentity.AssumeAsync(cancellationToken)
        ?? await OfFileAsync(cancellationToken)
        ?? await OfContainerAsync(cancellationToken)
        ?? await OfMachineAsync(cancellationToken);

    public void Dispose() => _http.Dispose();

    // A profile that is named and not there is a mistake; going on would be going on as somebody else.
    private async Task<AwsCredentials?> OfFileAsync(CancellationToken cancellationToken)
    {
        var profile = Variable("AWS_PROFILE");
        return await SharedCredentialsFile.ReadAsync(FilePath(), profile ?? "default", cancellationToken)
            ?? (profile is null ? null : throw new EvidenceUnavailableException("The profile that AWS_PROFILE names has no keys in the shared credentials file."));
    }

    private string FilePath() => Variable("AWS_SHARED_CREDENTIALS_FILE")
        ?? Path.Combine(Variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws", "credentials");

    private async Task<AwsCredentials?> OfContainerAsync(CancellationToken cancellationToken)
    {
        if (ContainerAddress() is not { } address) return null;
        var token = Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        if (Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is { } file) token = await TokenFile.ReadAsync(file, cancellationToken);
        return MetadataHttp.Read(
            Container, await _http.AskAsync(Container, HttpMethod.Get, address, token is null ? null : "Authorization", token, cancellationToken));
    }

    private Uri? ContainerAddress()
    {
        if (Variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") is { } relative)
        {
            return Uri.TryCreate($"{ContainerHost.AbsoluteUri.TrimEnd('/')}/{relative.TrimStart('/')}", UriKind.Absolute, out var below) && below.Host == ContainerHost.Host
                ? below
                : throw new EvidenceUnavailableException("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not a path.");
        }

        if (Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") is not { } full) return null;
        return Uri.TryCreate(full, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && MayBePlain(address)))
            ? address
            : throw new EvidenceUnavailableException("AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or the address of this machine's own endpoint.");
    }

    private static bool MayBePlain(Uri address) =>
        address.IsLoopback || (IPAddress.TryParse(address.IdnHost.Trim('[', ']'), out var ip) && PlainHosts.Contains(ip));

    private async Task<AwsCredentials> OfMachineAsync(CancellationToken cancellationToken)
    {
        if (string.Equals(Variable("AWS_EC2_METADATA_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
            throw new EvidenceUnavailableException("There are no credentials of AWS: not in the environment, not in the shared file, not at an endpoint.");
        if (!Uri.TryCreate(Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254", UriKind.Absolute, out var service))
            throw new EvidenceUnavailableException("AWS_EC2_METADATA_SERVICE_ENDPOINT is not an address.");
        const string Roles = "latest/meta-data/iam/security-credentials/";
        var token = await _http.AskAsync(Machine, HttpMethod.Put, new Uri(service, "latest/api/token"), "X-aws-ec2-metadata-token-ttl-seconds", "60", cancellationToken);
        var role = (await AskAsync(Roles)).Split('\n')[0].Trim();
        if (role.Length == 0) throw new EvidenceUnavailableException("The machine has no role.");
        return MetadataHttp.Read(Machine, await AskAsync(Roles + Uri.EscapeDataString(role)));

        Task<string> AskAsync(string path) => _http.AskAsync(Machine, HttpMethod.Get, new Uri(service, path), "X-aws-ec2-metadata-token", token.Trim(), cancellationToken);
    }

    private string? Variable(string name) => _variable(name) is { Length: > 0 } value ? value : null;
}
