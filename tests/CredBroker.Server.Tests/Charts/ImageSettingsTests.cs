using System.Text.RegularExpressions;
using System.Xml.Linq;
using CredBroker.Testing;

namespace CredBroker.Server.Tests.Charts;

/// <summary>The two ways to an image lead to the same one, and the chart runs it as what it is made for.</summary>
[TestFixture, Category("Unit")]
internal sealed partial class ImageSettingsTests
{
    private static readonly string Dockerfile = File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile"));
    private static readonly XDocument Project = XDocument.Load(Path.Combine(Repository.Root, "src", "CredBroker.Server", "CredBroker.Server.csproj"));

    [Test]
    public void Variables_OfBoth_AreTheSame()
    {
        var project = Project.Descendants("ContainerEnvironmentVariable").Select(item => $"{item.Attribute("Include")!.Value}={item.Attribute("Value")!.Value}");

        Assert.That(Variable().Matches(Dockerfile).Select(variable => variable.Value), Is.EquivalentTo(project));
    }

    [TestCase("ContainerUser", @"^USER (?<value>\S+)$")]
    [TestCase("ContainerBaseImage", @"^ARG RUNTIME=(?<value>\S+)$")]
    public void Property_OfTheProject_IsThatOfTheDockerfile(string property, string line)
    {
        var found = Regex.Matches(Dockerfile, line, RegexOptions.Multiline).Select(match => match.Groups["value"].Value).Distinct();

        Assert.That(found, Is.EqualTo(new[] { Project.Descendants(property).Single().Value }));
    }

    [Test]
    public async Task Chart_RunsItAsItsUser_AndWithItsPaths()
    {
        var chart = await RenderedChart.GetAsync("minimal");

        Assert.That($"{chart.Pod["securityContext"]!["runAsUser"]}:{chart.Pod["securityContext"]!["runAsGroup"]}", Is.EqualTo(Project.Descendants("ContainerUser").Single().Value));
        Assert.That(Dockerfile, Does.Contain($"Data__Path={chart.Settings()["Data:Path"]}").And.Contain($"Audit__Path={chart.Settings()["Audit:Path"]}"));
    }

    [GeneratedRegex(@"\b(DOTNET|Data_|Audit_)_\w+=\S+")]
    private static partial Regex Variable();
}
