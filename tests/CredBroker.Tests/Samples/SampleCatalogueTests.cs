using CredBroker.Templates;
using CredBroker.Testing;

namespace CredBroker.Tests.Samples;

/// <summary>A broker takes every catalogue of the samples as it is.</summary>
[TestFixture, Category("Unit")]
public sealed class SampleCatalogueTests
{
    [TestCase("catalogue"), TestCase("kubernetes/catalogue"), TestCase("vault/catalogue")]
    public void Read_CatalogueOfASample_IsGood(string folder)
    {
        var reading = CatalogueReader.Read(Path.Combine(Repository.Root, "samples", folder));

        Assert.That(reading.Faults, Is.Empty);
        Assert.That(reading.Set!.Templates, Is.Not.Empty);
    }
}
