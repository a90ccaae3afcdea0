using System.Reflection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Hosting;

/// <summary>Binds settings so that a wrong one stops the start with one clear line.</summary>
public static class SettingsServiceCollectionExtensions
{
    /// <summary>
    /// Binds a section to options and checks them at start: a name that is no setting is refused, and so is whatever
    /// <paramref name="faults"/> finds.
    /// </summary>
    public static IServiceCollection AddSettings<TOptions>(
        this IServiceCollection services, IConfiguration configuration, string section, Func<TOptions, IEnumerable<string>> faults)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton(new SettingsSection(section, typeof(TOptions)));
        var settings = configuration.GetSection(section);
        services.AddSingleton<IValidateOptions<TOptions>>(new Validation<TOptions>(settings, faults));
        services.AddOptions<TOptions>().Configure(options => Bind(settings, options)).ValidateOnStart();
        return services;
    }

    /// <summary>Lets sections that nobody reads stop the start, for a host that has everything that reads any.</summary>
    internal static IServiceCollection RefuseOtherSections(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SettingsSections.Names>, SettingsSections>());
        services.AddOptions<SettingsSections.Names>().ValidateOnStart();
        return services;
    }

    private static void Bind<TOptions>(IConfigurationSection settings, TOptions options)
        where TOptions : class
    {
        try
        {
            settings.Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            // The binder's sentence names the setting, the value and what it should be.
            throw new OptionsValidationException(Options.DefaultName, typeof(TOptions), [fault.Message]);
        }
    }

    private sealed class Validation<TOptions>(IConfigurationSection settings, Func<TOptions, IEnumerable<string>> faults) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            string[] found = [.. Unknown(settings, typeof(TOptions)), .. faults(options)];
            return found.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
        }

        private static IEnumerable<string> Unknown(IConfigurationSection section, Type type)
        {
            var known = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.CanWrite || ItemOf(property.PropertyType) is not null)
                .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
            foreach (var child in section.GetChildren())
            {
                if (!known.TryGetValue(child.Key, out var property))
                    yield return $"{child.Path} is not a setting. There are: {string.Join(", ", known.Keys)}.";
                else if (ItemOf(property.PropertyType) is { IsClass: true } item && item != typeof(string))
                    foreach (var fault in child.GetChildren().SelectMany(entry => Unknown(entry, item))) yield return fault;
            }
        }

        /// <summary>What a list is a list of; null for anything else.</summary>
        private static Type? ItemOf(Type type) =>
            type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) ? type.GetGenericArguments()[0] : null;
    }
}
