using System.Globalization;
using System.Text.RegularExpressions;
using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Documents;

/// <summary>Reads the annotations of a policy; whatever is not known, or stands where it means nothing, is a fault.</summary>
internal static partial class PolicyAnnotations
{
    private const int LongestReason = 512;
    private const int MostApprovers = 20;

    private static readonly TimeSpan LongestTtl = TimeSpan.FromHours(24);

    /// <summary>The policy with its annotations; null where there was a fault.</summary>
    public static CedarPolicy? Read(CedarPolicy policy, IReadOnlyDictionary<string, string> annotations, PolicyText text)
    {
        var isGood = true;
        foreach (var (name, value) in annotations)
        {
            var fault = Apply(ref policy, name, value);
            if (fault is null) continue;
            text.File.Add(text.Line, $"@{name}", fault);
            isGood = false;
        }

        if (policy.Id.Length > 0) return isGood ? policy : null;
        if (!annotations.ContainsKey("id")) text.File.Add(text.Line, "@id", "is missing: every policy has one");
        return null;
    }

    private static string? Apply(ref CedarPolicy policy, string name, string value)
    {
        switch (name)
        {
            case "id":
                if (!Id().IsMatch(value)) return "must be 1 to 64 of a-z, 0-9 and . _ / -, beginning with a letter or digit";
                policy = policy with { Id = value };
                return value == TemplateBoundsEvaluator.PolicyId ? "is the name of the templates' own bounds" : null;
            case "max_ttl":
                if (!policy.Permits) return "stands on what permits, and this forbids";
                if (!DurationText.TryParse(value, out var ttl) || ttl <= TimeSpan.Zero || ttl > LongestTtl) return "must be a duration from 1s to 24h, such as 5m";
                policy = policy with { MaxTtl = ttl };
                return null;
            case "approval":
                if (policy.Permits) return "stands on what forbids, and this permits";
                if (!TryReadApproval(value, out var need)) return $"must be a group, or a group and how many of it up to {MostApprovers}, such as payments-oncall:2";
                policy = policy with { Approval = need };
                return null;
            case "reason":
                if (!Sentence().IsMatch(value)) return $"must be one line of 1 to {LongestReason} characters";
                policy = policy with { Reason = value };
                return null;
            default:
                return "is not known; there are @id, @max_ttl, @approval and @reason";
        }
    }

    private static bool TryReadApproval(string value, out ApprovalNeed? need)
    {
        need = null;
        var match = Approval().Match(value);
        if (!match.Success) return false;
        var count = match.Groups["count"] is { Success: true, Value: var digits } ? int.Parse(digits, CultureInfo.InvariantCulture) : 1;
        if (count is < 1 or > MostApprovers) return false;
        need = new ApprovalNeed(match.Groups["group"].Value, count);
        return true;
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._/-]{0,63}\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"^(?<group>[a-z0-9][a-z0-9-]{0,62})(:(?<count>[0-9]{1,2}))?\z")]
    private static partial Regex Approval();

    [GeneratedRegex(@"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,512}\z")]
    private static partial Regex Sentence();
}
