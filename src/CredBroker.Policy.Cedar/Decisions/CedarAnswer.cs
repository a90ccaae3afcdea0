using System.Text.Json;
using CredBroker.Policy.Cedar.Wasm;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>What Cedar says to one request.</summary>
/// <param name="Allowed">Whether it allows. Policies that could not be evaluated are left out, so this alone means nothing where there are <paramref name="Errors"/>.</param>
/// <param name="Reasons">Ids of the policies that determined it; none where nothing permits.</param>
/// <param name="Errors">What could not be evaluated, or that the request itself does not fit the schema.</param>
internal sealed record CedarAnswer(bool Allowed, IReadOnlyList<string> Reasons, IReadOnlyList<CedarError> Errors)
{
    /// <summary>Reads an answer of <c>statefulIsAuthorized</c>.</summary>
    /// <exception cref="CedarFaultException">It is no such answer.</exception>
    public static CedarAnswer Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var answer = document.RootElement;
            if (answer.GetProperty("type").GetString() != "success") return new CedarAnswer(false, [], [.. CedarError.ReadAll(answer.GetProperty("errors"), "")]);
            var response = answer.GetProperty("response");
            var diagnostics = response.GetProperty("diagnostics");
            return new CedarAnswer(
                response.GetProperty("decision").GetString() == "allow",
                [.. diagnostics.GetProperty("reason").EnumerateArray().Select(id => id.GetString()!)],
                [.. diagnostics.GetProperty("errors").EnumerateArray().Select(CedarError.ReadOfPolicy)]);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CedarFaultException("Cedar gave an answer of another form.", fault);
        }
    }
}
