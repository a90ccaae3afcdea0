using System.Security.Cryptography;
using CredBroker.Server.Hosting;
using CredBroker.Server.Storage.Redis;
using StackExchange.Redis;

namespace CredBroker.Server.Storage;

/// <summary>Reads where a Redis is and how the broker proves itself to it.</summary>
internal static class RedisAccess
{
    /// <exception cref="StartRefusedException">The connection string or a file cannot be used; the message repeats nothing of them.</exception>
    public static ConfigurationOptions Configure(RedisOptions settings)
    {
        var configuration = Parse(settings.ConnectionString!);
        if (!configuration.Ssl && (settings.CaFile ?? settings.ClientCertificateFile) is not null)
            throw new StartRefusedException("Storage:Redis:CaFile and ClientCertificateFile are for TLS: set ssl=true in Storage:Redis:ConnectionString.");
        try
        {
            if (settings.PasswordFile is { } password) configuration.Password = SecretFile.ReadText(password).TrimEnd('\r', '\n');
            if (settings.ClientKeyFile is { } key) SecretFile.Check(key);
            if (settings.CaFile is { } authority) configuration.TrustIssuer(authority);
            if (settings.ClientCertificateFile is { } certificate) configuration.SetUserPemCertificate(certificate, settings.ClientKeyFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StartRefusedException(
                "Storage:Redis: one of PasswordFile, CaFile, ClientCertificateFile and ClientKeyFile cannot be read as what it should be.", exception);
        }

        return configuration;
    }

    private static ConfigurationOptions Parse(string text)
    {
        try
        {
            return ConfigurationOptions.Parse(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // The text may hold a password: what is wrong with it is not repeated.
            throw new StartRefusedException("Storage:Redis:ConnectionString is not one that StackExchange.Redis reads.", exception);
        }
    }
}
