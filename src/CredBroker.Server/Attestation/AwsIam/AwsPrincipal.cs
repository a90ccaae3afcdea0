using System.Text.Json;
using System.Text.RegularExpressions;
using CredBroker.Server.Jose;

namespace CredBroker.Server.Attestation.AwsIam;

/// <summary>Who STS says has signed: a role's session, a user, or another principal of an account.</summary>
/// <param name="Arn">Its ARN.</param>
/// <param name="Account">Its account, 12 digits.</param>
/// <param name="Resource">The last part of its ARN, such as <c>assumed-role/orders/i-0abc</c>.</param>
/// <param name="UserId">Its unique id, which nobody else ever gets.</param>
internal sealed partial record AwsPrincipal(string Arn, string Account, string Resource, string UserId)
{
    /// <summary>Its name for rules.</summary>
    public string Subject => $"aws://{Account}/{Resource}";

    /// <summary>Reads what STS answers to <c>GetCallerIdentity</c> in JSON; null where it is something else.</summary>
    public static AwsPrincipal? Read(byte[] answer)
    {
        if (!StrictJson.TryParseObject(answer, out var json)) return null;
        using (json)
        {
            if (!json.RootElement.TryGetProperty("GetCallerIdentityResponse", out var response) || response.ValueKind is not JsonValueKind.Object) return null;
            if (!response.TryGetProperty("GetCallerIdentityResult", out var result) || result.ValueKind is not JsonValueKind.Object) return null;
            if (StrictJson.StringOf(result, "Arn") is not { Length: <= 2048 } arn || Form().Match(arn) is not { Success: true } match) return null;
            if (StrictJson.StringOf(result, "UserId") is not { Length: > 0 and <= 256 } userId || !UserIds().IsMatch(userId)) return null;
            var account = match.Groups["account"].Value;
            return StrictJson.StringOf(result, "Account") == account ? new AwsPrincipal(arn, account, match.Groups["resource"].Value, userId) : null;
        }
    }

    /// <summary>Facts for rules.</summary>
    public IEnumerable<string> Selectors()
    {
        yield return $"aws:account:{Account}";
        yield return $"aws:arn:{Arn}";
        yield return $"aws:user_id:{UserId}";
        switch (Resource.Split('/'))
        {
            case ["assumed-role", var role, var session]:
                yield return $"aws:role:{role}";
                yield return $"aws:role_id:{UserId.Split(':')[0]}";
                yield return $"aws:session:{session}";
                break;
            case ["user", .., var user]:
                yield return $"aws:user:{user}";
                break;
        }
    }

    [GeneratedRegex(@"\Aarn:aws[a-z-]{0,16}:(iam|sts)::(?<account>[0-9]{12}):(?<resource>[A-Za-z0-9_+=,.@-]+(/[A-Za-z0-9_+=,.@-]+)*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"\A[A-Za-z0-9_+=,.@:-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex UserIds();
}
