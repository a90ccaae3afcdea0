using CredBroker.Client;
using CredBroker.Client.Internal.Aws;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Client.Aws;

[TestFixture, Category("Unit")]
public sealed class AwsCredentialsChainTests
{
    private readonly Dictionary<string, string?> _variables = new(StringComparer.Ordinal);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<IFormCollection> _assumed = [];
    private string _folder = "";
    private WebApplication _services = null!;
    private AwsCredentialsChain _chain = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = Directory.CreateTempSubdirectory("aws-").FullName;
        _variables.Clear();
        _assumed.Clear();
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
        _services.MapGet("/letters", (HttpContext http) =>
        {
            http.Response.ContentType = "application/json; charset=nobodys";
            return http.Response.WriteAsync("{}");
        });
        _services.MapPost("/", (Delegate)AssumeAsync);
        await _services.StartAsync();
        _chain = new AwsCredentialsChain(_variables.GetValueOrDefault, _time);
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
    public async Task Find_ProfileThatIsNotThere_DoesNotGoOnToTheMachine()
    {
        WriteFile("[default]\naws_access_key_id=AKIDFILE\naws_secret_access_key=secret-file\n");
        (_variables["AWS_PROFILE"], _variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"]) = ("opps", Address);

        var fault = await Assert.ThrowsAsync<EvidenceUnavailableException>(() => _chain.FindAsync(CancellationToken.None));

        Assert.That(fault!.Message, Does.Contain("AWS_PROFILE"));
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
    [TestCase("/letters", "does not answer")]
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

    [Test]
    public async Task Find_WebIdentity_IsExchangedAtStsBeforeTheFileIsLookedAt()
    {
        await NameWebIdentityAsync("eks-token\n");
        _variables["AWS_ROLE_SESSION_NAME"] = "orders-7";
        WriteFile("[default]\naws_access_key_id=AKIDFILE\naws_secret_access_key=secret-file\n");

        var found = await _chain.FindAsync(CancellationToken.None);

        Assert.That((found.AccessKeyId, found.SecretAccessKey, found.SessionToken), Is.EqualTo(("ASIA-1", "secret-1", "token-1")));
        var form = _assumed.Single().ToDictionary(field => field.Key, field => field.Value.ToString());
        Assert.That(form, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["Action"] = "AssumeRoleWithWebIdentity",
            ["Version"] = "2011-06-15",
            ["RoleArn"] = "arn:aws:iam::123456789012:role/orders",
            ["RoleSessionName"] = "orders-7",
            ["WebIdentityToken"] = "eks-token",
        }));
    }

    [Test]
    public async Task Find_WebIdentityAgain_AsksStsOnlyWhenItsCredentialsRunOut()
    {
        await NameWebIdentityAsync("eks-token");
        await _chain.FindAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(54));
        var held = await _chain.FindAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(1));

        var fresh = await _chain.FindAsync(CancellationToken.None);

        Assert.That((held.AccessKeyId, fresh.AccessKeyId), Is.EqualTo(("ASIA-1", "ASIA-2")));
        Assert.That(_assumed.Select(form => form["RoleSessionName"].ToString()).Distinct().Count(), Is.EqualTo(1), "the session is part of the subject");
    }

    [TestCase("bad-token", "AWS STS answers 400")]
    [TestCase("no-credentials", "AWS STS gives no credentials")]
    [TestCase("a-dtd", "AWS STS gives no credentials")]
    [TestCase("not-xml", "AWS STS gives no credentials")]
    public async Task Find_StsRefuses_SaysSoWithoutTheTokenAndGoesNoFurther(string token, string why)
    {
        await NameWebIdentityAsync(token);
        WriteFile("[default]\naws_access_key_id=AKIDFILE\naws_secret_access_key=secret-file\n");

        var fault = await Assert.ThrowsAsync<EvidenceUnavailableException>(() => _chain.FindAsync(CancellationToken.None));

        Assert.That(fault!.ToString(), Does.Contain(why).And.Not.Contain(token));
    }

    [TestCase("AWS_ROLE_ARN", "", "AWS_ROLE_ARN is not")]
    [TestCase("AWS_WEB_IDENTITY_TOKEN_FILE", "/no/such/token", "/no/such/token cannot be read")]
    [TestCase("AWS_ENDPOINT_URL_STS", "http://sts.example.com", "must be https")]
    [TestCase("AWS_ENDPOINT_URL_STS", "https://sts.example.com/path", "must be https")]
    public async Task Find_WebIdentityHalfSet_NamesWhatIsWrong(string name, string value, string why)
    {
        await NameWebIdentityAsync("eks-token");
        _variables[name] = value;

        var fault = await Assert.ThrowsAsync<EvidenceUnavailableException>(() => _chain.FindAsync(CancellationToken.None));

        Assert.That(fault!.Message, Does.Contain(why));
        Assert.That(_assumed, Is.Empty);
    }

    private string Address => _services.Urls.Single();

    private void WriteFile(string text)
    {
        Directory.CreateDirectory(Path.Combine(_folder, ".aws"));
        File.WriteAllText(Path.Combine(_folder, ".aws", "credentials"), text);
    }

    private async Task NameWebIdentityAsync(string token)
    {
        var file = Path.Combine(_folder, "web-identity");
        await File.WriteAllTextAsync(file, token);
        (_variables["AWS_WEB_IDENTITY_TOKEN_FILE"], _variables["AWS_ROLE_ARN"], _variables["AWS_ENDPOINT_URL_STS"]) = (file, "arn:aws:iam::123456789012:role/orders", Address);
    }

    /// <summary>AWS STS, as it answers to AssumeRoleWithWebIdentity.</summary>
    private async Task<IResult> AssumeAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        _assumed.Add(form);
        var credentials = $"<Credentials><AccessKeyId>ASIA-{_assumed.Count}</AccessKeyId><SecretAccessKey>secret-{_assumed.Count}</SecretAccessKey>"
            + $"<SessionToken>token-{_assumed.Count}</SessionToken><Expiration>{_time.GetUtcNow().AddHours(1):yyyy-MM-ddTHH:mm:ssZ}</Expiration></Credentials>";
        return (string?)form["WebIdentityToken"] switch
        {
            "eks-token" => Results.Text(Assumed(credentials), "text/xml"),
            "no-credentials" => Results.Text(Assumed(""), "text/xml"),
            "a-dtd" => Results.Text($"<!DOCTYPE a [<!ENTITY b \"c\">]>{Assumed(credentials)}", "text/xml"),
            "not-xml" => Results.Text("<"),
            _ => Results.Text("<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>", "text/xml", statusCode: 400),
        };
    }

    private static string Assumed(string result) =>
        $"<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleWithWebIdentityResult>{result}</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";

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
