using System.Reflection;

namespace CredBroker.Architecture;

/// <summary>Compiled into every test assembly: what the assemblies beside it really use of each other. A project may reach further than it declares.</summary>
[Category("Unit")]
public sealed class AssemblyReferenceTests
{
    [TestCaseSource(nameof(AssembliesHere))]
    public void References_OfAssembly_AreThoseOfTheHouse(string assembly)
    {
        var ours = Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!).Where(House.Assemblies.ContainsKey);

        Assert.That(ours, Is.SubsetOf(House.Assemblies[assembly]));
    }

    [Test]
    public void AssembliesHere_HoldTheDomain() => Assert.That(AssembliesHere(), Does.Contain("CredBroker"));

    private static IEnumerable<string> AssembliesHere() =>
        House.Assemblies.Keys.Where(name => File.Exists(Path.Combine(AppContext.BaseDirectory, name + ".dll"))).Order(StringComparer.Ordinal);
}
