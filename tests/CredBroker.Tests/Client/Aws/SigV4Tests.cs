using System.Text;
using CredBroker.Client.Internal.Aws;

namespace CredBroker.Tests.Client.Aws;

/// <summary>The vectors that AWS publishes as its Signature Version 4 test suite.</summary>
[TestFixture, Category("Unit")]
public sealed class SigV4Tests
{
    private const string Token =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2w"
        + "UE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

    private static readonly AwsCredentials Example = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);

    [TestCase("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", TestName = "get-vanilla")]
    [TestCase("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", TestName = "post-vanilla")]
    public void Sign_Vanilla_AsPublished(string method, string signature) => Assert.That(
        SigV4.Sign(Request(method), Example)["authorization"],
        Is.EqualTo($"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature={signature}"));

    [Test]
    public void Sign_PostXWwwFormUrlencoded_AsPublished()
    {
        var request = Request("POST", "Param1=value1") with { Headers = new Dictionary<string, string> { ["content-type"] = "application/x-www-form-urlencoded" } };

        Assert.That(SigV4.Sign(request, Example)["authorization"], Does.EndWith(
            "SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"));
    }

    [Test]
    public void Sign_PostStsHeaderBefore_AsPublished()
    {
        var headers = SigV4.Sign(Request("POST"), Example with { SessionToken = Token });

        Assert.That(headers["authorization"], Does.EndWith(
            "SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"));
        Assert.That((headers["x-amz-security-token"], headers["x-amz-date"]), Is.EqualTo((Token, "20150830T123600Z")));
    }

    [Test]
    public void Credentials_Printed_KeepTheirSecret() => Assert.That((Example with { SessionToken = Token }).ToString(), Does.Not.Contain("AKID").And.Not.Contain("wJal").And.Not.Contain("AQoD"));

    private static AwsRequest Request(string method, string body = "") => new(
        method, "example.amazonaws.com", new Dictionary<string, string>(), Encoding.ASCII.GetBytes(body), "us-east-1", "service",
        new DateTimeOffset(2015, 8, 30, 12, 36, 0, TimeSpan.Zero));
}
