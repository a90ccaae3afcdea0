using System.Text.Json;
using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Wasm;

namespace CredBroker.Policy.Cedar.Documents;

/// <summary>Has Cedar read policies and check them against the schema. Whatever Cedar finds is a fault of the file.</summary>
internal sealed class PolicyTextReader(CedarModule module) : IDisposable
{
    private CedarInstance? _instance;

    /// <summary>The policy; null where there was a fault.</summary>
    public CedarPolicy? Read(PolicyText text)
    {
        if (Ask("policyToJson", JsonSerializer.SerializeToUtf8Bytes(text.Text), text) is not { } answer) return null;
        if (!IsSuccess(answer))
        {
            foreach (var error in CedarError.ReadAll(answer.GetProperty("errors"), "")) text.File.Add(text.LineOf(error.Offset), "policy", error.Message);
            return null;
        }

        var json = answer.GetProperty("json");
        var policy = new CedarPolicy
        {
            Id = "",
            Permits = json.GetProperty("effect").ValueEquals("permit"),
            Text = text.Text,
            Scope = PolicyJson.Scope(json),
            Uses = PolicyJson.Uses(json),
        };
        return PolicyAnnotations.Read(policy, PolicyJson.Annotations(json), text);
    }

    /// <summary>Checks policies against the schema. A warning counts: a policy that can never apply forbids nothing.</summary>
    public void Validate(IReadOnlyDictionary<string, PolicyText> texts, IReadOnlyList<CedarPolicy> policies)
    {
        if (policies.Count == 0) return;
        var first = texts[policies[0].Id];
        if (Ask("validate", Question(policies), first) is not { } answer) return;
        if (!IsSuccess(answer))
        {
            foreach (var error in CedarError.ReadAll(answer.GetProperty("errors"), "")) first.File.Add(0, "file", error.Message);
            return;
        }

        var findings = answer.GetProperty("validationErrors").EnumerateArray().Concat(answer.GetProperty("validationWarnings").EnumerateArray());
        foreach (var finding in findings.Select(CedarError.ReadOfPolicy))
        {
            var text = texts[finding.PolicyId];
            text.File.Add(text.LineOf(finding.Offset), finding.PolicyId, finding.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _instance?.Dispose();

    private static bool IsSuccess(JsonElement answer) => answer.GetProperty("type").ValueEquals("success");

    private static byte[] Question(IReadOnlyList<CedarPolicy> policies) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        validationSettings = new { mode = "strict" },
        schema = CedarSchema.Text,
        policies = new { staticPolicies = policies.ToDictionary(policy => policy.Id, policy => policy.Text) },
    });

    /// <summary>Cedar's answer; null, and a fault, where it broke off.</summary>
    private JsonElement? Ask(string function, byte[] question, PolicyText blamed)
    {
        try
        {
            _instance ??= module.CreateInstance();
            using var answer = JsonDocument.Parse(_instance.Call(function, question));
            return answer.RootElement.Clone();
        }
        catch (CedarFaultException)
        {
            _instance?.Dispose();
            _instance = null;
            blamed.File.Add(blamed.Line, "policy", "Cedar broke off here; is it too large, or nested too deep?");
            return null;
        }
    }
}
