using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CredBroker.Testing.Attestation;

/// <summary>
/// The part of STS that answers <c>GetCallerIdentity</c>: it verifies Signature Version 4 over what it really got, and tells whose the key is. It
/// answers as it is told to otherwise.
/// </summary>
public sealed partial class FakeSts : IAsyncDisposable
{
    public const string GetCallerIdentity = "Action=GetCallerIdentity&Version=2011-06-15";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly WebApplication _server;
    private readonly TimeProvider _time;
    private int _asked;

    private FakeSts(WebApplication server, TimeProvider time) => (_server, _time) = (server, time);

    /// <summary>Where it is, without a slash at the end.</summary>
    public string Address => _server.Urls.Single();

    /// <summary>Keys that it knows: secret, session token and whose they are, by their ids.</summary>
    public Dictionary<string, (string Secret, string? Token, string Arn, string UserId)> Keys { get; } = [];

    /// <summary>Answers instead of it, where it is set.</summary>
    public RequestDelegate? Answer { get; set; }

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>The last request's body and <c>Accept</c>.</summary>
    public (string Body, string Accept) Last { get; private set; }

    public static async Task<FakeSts> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var sts = new FakeSts(server, time);
        server.Run(sts.AnswerAsync);
        await server.StartAsync();
        return sts;
    }

    /// <summary>A request to it as evidence, truly signed and good in every respect, to be changed.</summary>
    /// <param name="keyId">Whose key signs.</param>
    /// <param name="challenge">The challenge.</param>
    /// <param name="body">The body.</param>
    /// <param name="leaveOut">A header that is sent and not signed.</param>
    /// <param name="service">The service that it is signed for.</param>
    public JsonObject Request(string keyId, string challenge, string body = GetCallerIdentity, string? leaveOut = null, string service = "sts")
    {
        var key = Keys[keyId];
        var date = TestSigV4.Date(_time.GetUtcNow());
        var sent = new List<(string Name, string Value)> { ("x-amz-date", date), ("x-credbroker-challenge", challenge) };
        if (key.Token is { } token) sent.Add(("x-amz-security-token", token));
        var signed = sent.Where(header => header.Name != leaveOut).Append(("host", new Uri(Address).Authority)).Append(("content-type", "application/x-www-form-urlencoded; charset=utf-8")).ToList();
        var scope = $"{date[..8]}/us-east-1/{service}/aws4_request";
        var names = string.Join(';', signed.Select(header => header.Item1).Order(StringComparer.Ordinal));
        var signature = TestSigV4.Sign(key.Secret, scope, signed, date, body);
        var headers = new JsonObject { ["authorization"] = $"AWS4-HMAC-SHA256 Credential={keyId}/{scope}, SignedHeaders={names}, Signature={signature}" };
        foreach (var (name, value) in sent) headers[name] = value;
        return new JsonObject { ["url"] = $"{Address}/", ["headers"] = headers, ["body"] = body };
    }

    /// <summary>What it says of a caller.</summary>
    public static JsonObject IdentityOf(string arn, string userId, string account) => new()
    {
        ["GetCallerIdentityResponse"] = new JsonObject
        {
            ["GetCallerIdentityResult"] = new JsonObject { ["Account"] = account, ["Arn"] = arn, ["UserId"] = userId },
            ["ResponseMetadata"] = new JsonObject { ["RequestId"] = "9f6e4d0a-0000-0000-0000-000000000000" },
        },
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        Interlocked.Increment(ref _asked);
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        Last = (body, http.Request.Headers.Accept.ToString());
        if (Answer is { } other)
        {
            await other(http);
            return;
        }

        if (http.Request.Method != "POST" || http.Request.Path != "/" || http.Request.QueryString.HasValue || !body.Contains("Action=GetCallerIdentity", StringComparison.Ordinal)
            || CallerOf(http.Request, body) is not { } caller)
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            await http.Response.WriteAsync("""{"Error":{"Code":"SignatureDoesNotMatch"}}""");
            return;
        }

        await http.Response.WriteAsync(IdentityOf(caller.Arn, caller.UserId, caller.Arn.Split(':')[4]).ToJsonString());
    }

    private (string Arn, string UserId)? CallerOf(HttpRequest request, string body)
    {
        if (Authorization().Match(request.Headers.Authorization.ToString()) is not { Success: true } match) return null;
        if (!Keys.TryGetValue(match.Groups["key"].Value, out var key) || request.Headers["x-amz-security-token"] != key.Token) return null;
        var date = request.Headers["x-amz-date"].ToString();
        if (!DateTimeOffset.TryParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) || (_time.GetUtcNow() - at).Duration() > Window) return null;
        var headers = match.Groups["headers"].Value.Split(';').Select(name => (name, request.Headers[name].ToString()));
        return TestSigV4.Sign(key.Secret, match.Groups["scope"].Value, headers, date, body) == match.Groups["signature"].Value ? (key.Arn, key.UserId) : null;
    }

    [GeneratedRegex("^AWS4-HMAC-SHA256 Credential=(?<key>[^/]+)/(?<scope>[^,]+), ?SignedHeaders=(?<headers>[^,]+), ?Signature=(?<signature>[0-9a-f]+)$")]
    private static partial Regex Authorization();
}
