using CredBroker.Audit;
using CredBroker.Server.Hosting;
using CredBroker.Server.Storage.Redis;
using CredBroker.Tokens;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tokens;

/// <summary>Registers what signs access tokens.</summary>
public static class TokenServiceCollectionExtensions
{
    private static readonly TimeSpan DefaultRotation = TimeSpan.FromDays(30);

    /// <summary>
    /// Adds <see cref="IAccessTokenMinter"/> and <see cref="ISigningKeyRing"/>, with the sections <c>Tokens</c> and
    /// <c>Tokens:Keys</c>. Needs a <see cref="DataFolder"/>; for keys in the store also an <see cref="ISigningKeyStore"/>, an
    /// <see cref="IAuditLog"/> and a <see cref="TimeProvider"/>. The keys are read, or made, at start.
    /// </summary>
    public static IServiceCollection AddTokens(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSettings<TokenOptions>(configuration, TokenOptions.SectionName, options => options.Faults());
        services.AddSettings<SigningKeyOptions>(configuration, SigningKeyOptions.SectionName, options => options.Faults());
        services.TryAddSingleton<IAccessTokenMinter, AccessTokenMinter>();
        services.TryAddSingleton<SigningKeyRotation>();

        // What is registered depends on it; whether it is right is checked at start, with all other settings.
        var keys = new SigningKeyOptions { Source = configuration[$"{SigningKeyOptions.SectionName}:{nameof(SigningKeyOptions.Source)}"] ?? "file" };
        if (keys.AreShared) return services.AddSharedKeys();
        return configuration[$"{SigningKeyOptions.SectionName}:{nameof(SigningKeyOptions.Path)}"] is { } path ? services.AddMountedKeys(path) : services.AddOwnKey();
    }

    private static IServiceCollection AddOwnKey(this IServiceCollection services)
    {
        services.TryAddSingleton<ISigningKeyRing, FileSigningKeyRing>();
        services.AddHostedService<StartWith<ISigningKeyRing>>();
        services.AddHostedService<OwnKeyWarning>();
        return services;
    }

    private static IServiceCollection AddMountedKeys(this IServiceCollection services, string path)
    {
        services.AddSingleton(provider => new MountedSigningKeyRing(Path.GetFullPath(path), provider.GetRequiredService<ILogger<MountedSigningKeyRing>>()));
        services.AddSingleton<ISigningKeyRing>(provider => provider.GetRequiredService<MountedSigningKeyRing>());
        services.AddHostedService<StartWith<ISigningKeyRing>>();
        services.AddHostedService<MountedKeyRingWorker>();
        return services;
    }

    private static IServiceCollection AddSharedKeys(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            using var key = KeyEncryptionKeyFile.Read(provider.GetRequiredService<IOptions<SigningKeyOptions>>().Value.EncryptionKeyFile!);
            return new KeyRingSeal(key);
        });
        services.AddSingleton(provider => new KeyRingPlan(
            provider.GetRequiredService<IOptions<SigningKeyOptions>>().Value.RotateEvery ?? DefaultRotation,
            provider.GetRequiredService<IOptions<RedisOptions>>().Value.ClockBound));
        services.AddSingleton<SharedSigningKeyRing>();
        services.AddSingleton<ISigningKeyRing>(provider => provider.GetRequiredService<SharedSigningKeyRing>());
        services.AddHostedService<SharedKeyRingOpening>();
        services.AddHostedService<SharedKeyRingWorker>();
        return services;
    }
}
