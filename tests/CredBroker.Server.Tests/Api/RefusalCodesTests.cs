using System.Net;
using System.Text.RegularExpressions;
using CredBroker.Server.Api;
using CredBroker.Testing;
using Grpc.Core;

namespace CredBroker.Server.Tests.Api;

/// <summary>The table of <c>docs/errors.md</c> is what callers write their code by.</summary>
[Category("Unit")]
public sealed partial class RefusalCodesTests
{
    /// <summary>The HTTP status that JSON transcoding makes of each code.</summary>
    private static readonly Dictionary<StatusCode, HttpStatusCode> Transcoded = new()
    {
        [StatusCode.Unauthenticated] = HttpStatusCode.Unauthorized,
        [StatusCode.PermissionDenied] = HttpStatusCode.Forbidden,
        [StatusCode.NotFound] = HttpStatusCode.NotFound,
        [StatusCode.FailedPrecondition] = HttpStatusCode.BadRequest,
        [StatusCode.AlreadyExists] = HttpStatusCode.Conflict,
        [StatusCode.Aborted] = HttpStatusCode.Conflict,
        [StatusCode.ResourceExhausted] = HttpStatusCode.TooManyRequests,
        [StatusCode.Unavailable] = HttpStatusCode.ServiceUnavailable,
        [StatusCode.InvalidArgument] = HttpStatusCode.BadRequest,
    };

    [Test]
    public void Documentation_Table_IsWhatTheServerAnswers() => Assert.That(
        Rows().Select(row => $"{row["reason"]} {row["code"]} {row["status"]}"),
        Is.EquivalentTo(Enum.GetValues<ErrorReason>().Select(reason =>
            $"{ReasonName.Of(reason)} {Name(RefusalCodes.Of(reason))} {(int)Transcoded[RefusalCodes.Of(reason)]}")));

    [Test]
    public void Documentation_Rows_SayWhatToDo() => Assert.That(Rows().Where(row => row["advice"].Value.Trim().Length == 0), Is.Empty);

    private static IEnumerable<GroupCollection> Rows() =>
        Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "errors.md"))).Select(row => row.Groups);

    private static string Name(StatusCode code) => WordStart().Replace(code.ToString(), "_").ToUpperInvariant();

    [GeneratedRegex(@"^\| `(?<reason>[A-Z_]+)` \| `(?<code>[A-Z_]+)` \| (?<status>\d{3}) \|(?<advice>[^|\n]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordStart();
}
