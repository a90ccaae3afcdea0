using System.Net;

namespace CredBroker.Testing.Vault.Http;

/// <summary>A request that Vault answers with an error: <c>{"errors":[…]}</c>.</summary>
internal sealed class VaultRefusal(int status, params string[] errors) : Exception(string.Join("; ", errors))
{
    public int Status => status;

    public IReadOnlyList<string> Errors => errors;

    public static VaultRefusal BadRequest(string error) => new((int)HttpStatusCode.BadRequest, error);

    public static VaultRefusal Denied() => new((int)HttpStatusCode.Forbidden, "1 error occurred:\n\t* permission denied\n\n");

    /// <summary>What is read is not there: no word is lost on it.</summary>
    public static VaultRefusal NotFound(params string[] errors) => new((int)HttpStatusCode.NotFound, errors);

    /// <summary>What lies behind an engine failed it.</summary>
    public static VaultRefusal Internal(string error) => new((int)HttpStatusCode.InternalServerError, $"1 error occurred:\n\t* {error}\n\n");
}
