using System.Xml.Linq;
using CredBroker.Architecture;
using CredBroker.Testing;

namespace CredBroker.Tests.Architecture;

[Category("Unit")]
public sealed class ProjectReferenceTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src");

    [TestCaseSource(nameof(Projects))]
    public void References_OfProject_AreThoseOfTheHouse(string project)
    {
        var references = XDocument.Load(Path.Combine(Source, project, project + ".csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.That(references, Is.SubsetOf(House.Assemblies[project]));
    }

    [Test]
    public void Projects_OfTheSource_AreInTheHouse() => Assert.That(Projects(), Is.Not.Empty.And.SubsetOf(House.Assemblies.Keys));

    private static IEnumerable<string> Projects() => Directory.EnumerateDirectories(Source)
        .Select(folder => Path.GetFileName(folder))
        .Where(name => File.Exists(Path.Combine(Source, name, name + ".csproj")))
        .Order(StringComparer.Ordinal);
}
