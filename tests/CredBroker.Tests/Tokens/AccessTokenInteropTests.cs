using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Tokens;
using Win32Exception = System.ComponentModel.Win32Exception;

namespace CredBroker.Tests.Tokens;

/// <summary>A library of another language reads the tokens by the published keys.</summary>
[TestFixture, Category("Unit")]
public sealed class AccessTokenInteropTests
{
    private readonly TokenSample _sample = new();
    private string _root = "";

    [OneTimeSetUp]
    public void FindJose()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CredBroker.sln"))) folder = folder.Parent;
        _root = folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the repository.");
        if (!Directory.Exists(Path.Combine(_root, "node_modules", "jose"))) Missing("the npm package jose is not installed: run npm ci");
        if (!NodeIsThere()) Missing("node is not installed");
    }

    [OneTimeTearDown]
    public void DisposeKey() => _sample.Dispose();

    [Test]
    public async Task Verify_GoodToken_HeaderClaimsAndThumbprintAgree()
    {
        var answer = await AskAsync(_sample.Minter.Mint(TokenSample.Claims));

        Assert.Multiple(() =>
        {
            Assert.That((string?)answer["error"], Is.Null);
            Assert.That((string?)answer["header"]?["kid"], Is.EqualTo(_sample.Current.Id));
            Assert.That((string?)answer["thumbprint"], Is.EqualTo(_sample.Current.Id));
            Assert.That((string?)answer["claims"]?["jti"], Is.EqualTo(TokenSample.Claims.LeaseId.Value + ".2"));
        });
    }

    [Test]
    public async Task Verify_AtItsEnd_Expired()
    {
        var answer = await AskAsync(_sample.Minter.Mint(TokenSample.Claims), TokenSample.Claims.ExpiresAt);

        Assert.That((string?)answer["error"], Is.EqualTo("ERR_JWT_EXPIRED"));
    }

    [Test]
    public async Task Verify_SignedByAnotherKeyUnderThisKid_Refused()
    {
        using var other = new TokenSample();
        var parts = _sample.Minter.Mint(TokenSample.Claims).Split('.');
        var signature = other.Minter.Mint(TokenSample.Claims).Split('.')[2];

        var answer = await AskAsync($"{parts[0]}.{parts[1]}.{signature}");

        Assert.That((string?)answer["error"], Is.EqualTo("ERR_JWS_SIGNATURE_VERIFICATION_FAILED"));
    }

    private async Task<JsonNode> AskAsync(string token, DateTimeOffset? now = null)
    {
        var ask = new JsonObject
        {
            ["token"] = token,
            ["keys"] = JsonNode.Parse(JsonWebKeySetDocument.Write(_sample.Published).Span),
            ["issuer"] = TokenSample.Issuer,
            ["audience"] = TokenSample.Claims.Audience,
            ["now"] = (now ?? TokenSample.Now).ToString("O"),
        };
        using var node = Start(Path.Combine(_root, "tests", "interop", "verify-access-token.mjs"));
        await node.StandardInput.WriteAsync(ask.ToJsonString());
        node.StandardInput.Close();
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync();
        Assert.That(node.ExitCode, Is.Zero, await errors);
        return JsonNode.Parse(await output)!;
    }

    private static Process Start(string argument) => Process.Start(new ProcessStartInfo("node", [argument])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
    })!;

    private static bool NodeIsThere()
    {
        try
        {
            using var node = Start("--version");
            node.WaitForExit();
            return node.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static void Missing(string what)
    {
        if (Environment.GetEnvironmentVariable("CREDBROKER_REQUIRE_STORES") == "1") Assert.Fail(what);
        Assert.Ignore(what);
    }
}
