using System.Security.Cryptography;

namespace CredBroker.Testing.Vault.Http;

/// <summary>Random text, as tokens, accessors, lease ids and passwords are made of.</summary>
internal static class VaultSecretText
{
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string Random(int length = 24) => RandomNumberGenerator.GetString(Letters, length);
}
