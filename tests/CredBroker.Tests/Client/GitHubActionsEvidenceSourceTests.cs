using System.Text;
using CredBroker.Client;
using CredBroker.Client.Evidence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CredBroker.Tests.Client;

[TestFixture, Category("Unit")]
public sealed class GitHubActionsEvidenceSourceTests
{
    private readonly Dictionary<string, string?> _variables = new(StringComparer.Ordinal);
    private WebApplication _runner = null!;
    private RequestDelegate _answer = null!;
    private GitHubActionsEvidenceSource _source = null!;
    private int _asked;

    [SetUp]
    public async Task StartRunner()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _runner = builder.Build();
        _answer = context => context.Response.WriteAsync($$"""{"count":1,"value":"id-token-{{Interlocked.Increment(ref _asked)}}"}""");
        _runner.Run(context => _answer(context));
        await _runner.StartAsync();
        _variables["ACTIONS_ID_TOKEN_REQUEST_URL"] = $"{_runner.Urls.Single()}/idtoken?api-version=2.0";
        _variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "runner-secret";
        _source = new GitHubActionsEvidenceSource("broker & co", _variables.GetValueOrDefault);
    }

    [TearDown]
    public async Task StopRunner()
    {
        _source.Dispose();
        await _runner.DisposeAsync();
    }

    [Test]
    public async Task GetAsync_AskedTwice_FetchesAFreshTokenForTheAudience()
    {
        var asked = "";
        var answer = _answer;
        _answer = context =>
        {
            asked = $"{context.Request.Headers.Authorization} {context.Request.Query["api-version"]} {context.Request.Query["audience"]}";
            return answer(context);
        };

        var first = await _source.GetAsync();
        var second = await _source.GetAsync();

        Assert.That((first.Attestor, Encoding.UTF8.GetString(first.Payload.Span), Encoding.UTF8.GetString(second.Payload.Span)),
            Is.EqualTo(("oidc", "id-token-1", "id-token-2")));
        Assert.That(asked, Is.EqualTo("Bearer runner-secret 2.0 broker & co"));
    }

    [TestCase("ACTIONS_ID_TOKEN_REQUEST_URL")]
    [TestCase("ACTIONS_ID_TOKEN_REQUEST_TOKEN")]
    public async Task GetAsync_JobWithoutPermission_SaysSo(string variable)
    {
        _variables.Remove(variable);

        var fault = await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await _source.GetAsync());

        Assert.That(fault!.Message, Is.EqualTo($"{variable} is not set: the job needs the permission id-token: write."));
    }

    [TestCase(403, "{}")]
    [TestCase(302, "{}")]
    [TestCase(200, "")]
    [TestCase(200, "{}")]
    [TestCase(200, """{"value":7}""")]
    [TestCase(200, """{"value":""}""")]
    [TestCase(200, "[]")]
    public async Task GetAsync_NoToken_IsNoEvidenceAndTellsNoSecret(int status, string body)
    {
        _answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://127.0.0.1:1/";
            return context.Response.WriteAsync(body);
        };

        var fault = await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await _source.GetAsync());

        Assert.That(fault!.ToString(), Does.Not.Contain("runner-secret"));
    }

    [TestCase("ACTIONS_ID_TOKEN_REQUEST_URL", "https://[runner")]
    [TestCase("ACTIONS_ID_TOKEN_REQUEST_URL", "runner")]
    [TestCase("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner-secret\nand more")]
    public async Task GetAsync_VariableIsDamaged_IsNoEvidenceAndTellsNoSecret(string variable, string value)
    {
        _variables[variable] = value;

        var fault = await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await _source.GetAsync());

        Assert.That(fault!.ToString(), Does.Not.Contain("runner-secret"));
    }
}
