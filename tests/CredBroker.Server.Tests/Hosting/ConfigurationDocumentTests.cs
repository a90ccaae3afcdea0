using System.Text.RegularExpressions;
using CredBroker.Server.Hosting;
using CredBroker.Testing;
using CredBroker.Testing.Broker;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Server.Tests.Hosting;

/// <summary>The reference of settings names each that the server reads, and none that it does not.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed partial class ConfigurationDocumentTests
{
    [Test]
    public async Task Configuration_EverySetting_IsInTheReferenceAndNoOther()
    {
        using var site = new BrokerSite();
        await using var app = BrokerHost.Build(site.Arguments);
        var sections = app.Services.GetServices<SettingsSection>().ToList();

        var read = sections.SelectMany(section => SettingsOf(section.Options, section.Name)).ToHashSet(StringComparer.Ordinal);
        var told = Documented([.. sections.Select(section => section.Name.Split(':')[0])]);

        // As text, so that a failure names all of them.
        Assert.That(string.Join('\n', read.Where(setting => !told.Any(row => Covers(row, setting))).Order()), Is.Empty, "read, and not in the reference");
        Assert.That(string.Join('\n', told.Where(row => !read.Any(setting => Covers(row, setting))).Order()), Is.Empty, "in the reference, and not read");
    }

    private static IEnumerable<string> SettingsOf(Type options, string path)
    {
        foreach (var property in options.GetProperties())
        {
            var name = $"{path}:{property.Name}";
            if (property.PropertyType is { IsGenericType: true } list && list.GetGenericTypeDefinition() == typeof(IList<>))
            {
                var item = list.GetGenericArguments()[0];
                if (!IsOptions(item)) yield return name;
                else foreach (var setting in SettingsOf(item, $"{name}:N")) yield return setting;
            }
            else if (IsOptions(property.PropertyType))
            {
                foreach (var setting in SettingsOf(property.PropertyType, name)) yield return setting;
            }
            else if (property.SetMethod is { IsPublic: true })
            {
                yield return name;
            }
        }
    }

    private static bool IsOptions(Type type) => type is { IsClass: true, Namespace: { } home } && home.StartsWith("CredBroker", StringComparison.Ordinal);

    /// <summary>
    /// The names of the first column. One that begins with none of the <paramref name="roots"/> stands below what the one before it stands
    /// below; <c>…</c> at its end means all that is there.
    /// </summary>
    private static IReadOnlyList<string> Documented(IReadOnlyList<string> roots)
    {
        var names = new List<string>();
        foreach (var row in File.ReadLines(Path.Combine(Repository.Root, "docs", "configuration.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)))
            foreach (var name in Name().Matches(row.Split('|')[1]).Select(match => match.Groups[1].Value))
                names.Add(IsWhole(name) ? name : $"{names[^1][..names[^1].LastIndexOf(':')]}:{name.TrimStart('…', ':')}");
        return [.. names.Select(name => name.EndsWith(":N", StringComparison.Ordinal) ? name[..^2] : name)];

        bool IsWhole(string name) => roots.Any(root => name.StartsWith($"{root}:", StringComparison.Ordinal));
    }

    private static bool Covers(string row, string setting) =>
        row == setting || (row.EndsWith('…') && setting.StartsWith(row[..^1], StringComparison.Ordinal));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
