using System.Buffers;
using System.Text.Json;

namespace CredBroker.Server.Api.AuthZen;

/// <summary>Policy Decision Point Metadata (AuthZEN Authorization API 1.0, section 9): what is there, and nothing else.</summary>
internal static class DecisionPointMetadata
{
    public const string EvaluationPath = "/access/v1/evaluation";
    public const string EvaluationsPath = "/access/v1/evaluations";

    private const string WellKnown = "/.well-known/authzen-configuration";

    /// <summary>Where the document is: the well-known text stands between the host and the path of the decision point.</summary>
    public static string PathFor(string decisionPoint) => WellKnown + new Uri(decisionPoint).AbsolutePath.TrimEnd('/');

    public static ReadOnlyMemory<byte> Document(string decisionPoint)
    {
        var root = decisionPoint.TrimEnd('/');
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("policy_decision_point"u8, decisionPoint);
            writer.WriteString("access_evaluation_endpoint"u8, root + EvaluationPath);
            writer.WriteString("access_evaluations_endpoint"u8, root + EvaluationsPath);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
