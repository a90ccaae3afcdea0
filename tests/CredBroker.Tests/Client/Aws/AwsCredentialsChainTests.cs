using CredBroker.Client;
using CredBroker.Client.Internal.Aws;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CredBroker.Tests.Client.Aws;

[TestFixture, Category("Unit")]
public sealed class AwsCredentialsChainTests
{
    private readonly Dictionary<string, string?> _variables = new(StringComparer.Ordinal);
    private string _folder = "";
    private WebApplication _services = null!;
    private AwsCredentialsChain _chain = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = Directory.CreateTempSubdirectory("aws-").FullName;
        _variables.Clear();
        _variables["HOME"] = _folder;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _services = builder.Build();
        _services.MapPut("/latest/api/token", (HttpContext http) => http.Request.Headers["X-aws-ec2-metadata-token-ttl-seconds"] == "60" ? Results.Text("imds-token") : Results.StatusCode(400));
        _services.MapGet("/latest/meta-data/iam/security-credentials/", (HttpContext http) => Guarded(http, () => Results.Text("agents\n")));
        _services.MapGet("/latest/meta-data/iam/security-credentials/agents", (HttpContext http) => Guarded(http, () => Credentials("machine")));
        _services.MapGet("/container", (HttpContext http) => http.Request.Headers.Authorization == "container-token" ? Credentials("container") : Results.StatusCode(401));
        _services.MapGet("/elsewhere", () => Results.Redirect("/container"));
        _services.MapGet("/empty", () => Results.Text("{}"));
        await _services.StartAsync();
        _chain = new AwsCredentialsChain(_variables.GetValueOrDefault);
    }

    [TearDown]
    public async Task Stop()
    {
        _chain.Dispose();
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Find_Everywhere_TheEnvironmentComesFirst()
    {
        (_variables["AWS_ACCESS_KEY_ID"], _variables["AWS_SECRET_ACCESS_KEY"], _variables["AWS_SESSION_TOKEN"]) = ("AKIDENV", "secret-env", "token-env");
        WriteFile("[default]\naws_access_key_id=AKIDFILE\naws_secret_access_key=secret-file\n");

        var found = await _chain.FindAsync(CancellationToken.None);

        Assert.That((found.AccessKeyId, found.SecretAccessKey, found.SessionToken), Is.EqualTo(("AKIDENV", "secret-env", "token-env")));
    }

    [Test]
    public async Task Find_HalfInTheEnvironment_IsNotMixed()
    {
        _variables["AWS_ACCESS_KEY_ID"] = "AKIDENV";
        WriteFile("# keys\n[other]\naws_access_key_id = AKIDOTHER\naws_secret_access_key = secret-other\n\n[ default ]\naws_access_key_id = AKIDFILE\n; more\naws_secret_access_key = secret=file\n");

        var found = await _chain.FindAsync(CancellationToken.None);

        Assert.That((found.AccessKeyId, found.SecretAccessKey, found.SessionToken), Is.EqualTo(("AKIDFILE", "secret=file", (string?)null)));
    }

    [Test]
    public async Task Find_ProfileAndFileByTheEnvironment_AreTaken()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "keys"), "[ops]\naws_access_key_id=AKIDOPS\naws_secret_access_key=secret-ops\naws_session_token=token-ops\n");
        (_variables["AWS_SHARED_CREDENTIALS_FILE"], _variables["AWS_PROFILE"]) = (Path.Combine(_folder, "keys"), "ops");

        Assert.That((await _chain.FindAsync(CancellationToken.None)).SessionToken, Is.EqualTo("token-ops"));
    }

    [Test]
    public async Task Find_ContainerWithATokenFile_AsksItsEndpoint()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "token"), "container-token\n");
        (_variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"], _variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]) = ($"{Address}/container", Path.Combine(_folder, "token"));

        Assert.That((await _chain.FindAsync(CancellationToken.None)).AccessKeyId, Is.EqualTo("AKID-container"));
    }

    [TestCase("http://example.com/container")]
    [TestCase("http://169.254.169.254/container")]
    [TestCase("http://127.0.0.1.example.com/container")]
    [TestCase("ftp://127.0.0.1/container")]
    [TestCase("container")]
    public async Task Find_ContainerElsewhereInPlainText_IsNotAsked(string address)
    {
        (_variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"], _variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) = (address, "container-token");

        var fault = await Assert.ThrowsAsync<EvidenceUnavailableException>(() => _chain.FindAsync(CancellationToken.None));

        Assert.That(fault!.Message, Does.Contain("must be https").And.Not.Contain("container-token"));
    }

    [TestCase("/elsewhere", "answers 302")]
    [TestCase("/empty", "gives no credentials")]
    [TestCase("/nowhere", "answers 404")]
    [TestCase("/container", "answers 401")]
    public async Task Find_ContainerDoesNotGive_DoesNotGoOnToTheMachine(string path, string why)
    {
        (_variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"], _variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"]) = (Address + path, Address);

        var fault = await Assert.ThrowsAsync<EvidenceUnavailableException>(() => _chain.FindAsync(CancellationToken.None));

        Assert.That(fault!.Message, Does.Contain(why));
    }

    [Test]
    public async Task Find_Machine_ByItsSessionTokenAlone()
    {
        _variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = Address;

        var found = await _chain.FindAsync(CancellationToken.None);

        Assert.That((found.AccessKeyId, found.SecretAccessKey, found.SessionToken), Is.EqualTo(("AKID-machine", "secret-machine", "token-machine")));
    }

    [Test]
    public async Task Find_Nowhere_SaysSo()
    {
        _variables["AWS_EC2_METADATA_DISABLED"] = "true";

        var fault = await Assert.ThrowsAsync<EvidenceUnavailableException>(() => _chain.FindAsync(CancellationToken.None));

        Assert.That(fault!.Message, Does.StartWith("There are no credentials of AWS"));
    }

    private string Address => _services.Urls.Single();

    private void WriteFile(string text)
    {
        Directory.CreateDirectory(Path.Combine(_folder, ".aws"));
        File.WriteAllText(Path.Combine(_folder, ".aws", "credentials"), text);
    }

    private static IResult Guarded(HttpContext http, Func<IResult> answer) =>
        http.Request.Headers["X-aws-ec2-metadata-token"] == "imds-token" ? answer() : Results.StatusCode(401);

    private static IResult Credentials(string of) => Results.Json(new Dictionary<string, string>
    {
        ["AccessKeyId"] = $"AKID-{of}",
        ["SecretAccessKey"] = $"secret-{of}",
        ["Token"] = $"token-{of}",
        ["Expiration"] = "2026-03-01T13:00:00Z",
    });
}
