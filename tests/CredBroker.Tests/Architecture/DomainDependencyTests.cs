using System.Reflection;
using NetArchTest.Rules;

namespace CredBroker.Tests.Architecture;

/// <summary>Inside of the domain every folder uses only what stands before it; outside of it, nothing of the wire or the store.</summary>
[Category("Unit")]
public sealed class DomainDependencyTests
{
    private const string Root = "CredBroker";

    private static readonly Assembly Domain = typeof(LeaseId).Assembly;

    /// <summary>Each tier uses itself and the tiers before it. The last one's folders do not use each other.</summary>
    private static readonly string[][] Tiers =
    [
        [],
        ["Leases", "Tasks", "Audit", "Templates"],
        ["Policy", "Attestation", "Approvals", "Tokens", "Backends"],
        ["Issuance", "Revocation"],
    ];

    private static readonly string[] ForeignRooms =
        ["Microsoft.AspNetCore", "Grpc", "Google", "StackExchange.Redis", "System.Net.Http", "System.Net.Sockets"];

    [TestCaseSource(nameof(Folders))]
    public void Folder_Types_UseOnlyTiersBefore(string folder)
    {
        var tier = TierOf(folder);
        var forbidden = Tiers.Skip(tier + 1).SelectMany(later => later).Concat(tier == Tiers.Length - 1 ? Tiers[tier].Where(other => other != folder) : []);

        var result = TypesOf(folder).ShouldNot().HaveDependencyOnAny([.. forbidden.Select(name => $"{Root}.{name}")]).GetResult();

        Assert.That(result.FailingTypeNames ?? [], Is.Empty);
    }

    [Test]
    public void Domain_Types_UseNothingOfWireOrStore()
    {
        var result = Types.InAssembly(Domain).ShouldNot().HaveDependencyOnAny(ForeignRooms).GetResult();

        Assert.That(result.FailingTypeNames ?? [], Is.Empty);
    }

    [Test]
    public void Domain_Assembly_ReferencesNothingOfWireOrStore() => Assert.That(
        Domain.GetReferencedAssemblies().Select(reference => reference.Name!)
            .Where(name => ForeignRooms.Any(room => name == room || name.StartsWith(room + ".", StringComparison.Ordinal))),
        Is.Empty);

    [Test]
    public void Domain_Namespaces_AreInATier() => Assert.That(
        Domain.GetTypes().Select(type => type.Namespace).OfType<string>().Where(name => name.StartsWith(Root + ".", StringComparison.Ordinal))
            .Select(name => name.Split('.')[1]).Distinct(),
        Is.SubsetOf(Tiers.SelectMany(tier => tier)));

    private static IEnumerable<string> Folders() => Tiers.SelectMany(tier => tier).Prepend(Root);

    private static int TierOf(string folder) => folder == Root ? 0 : Array.FindIndex(Tiers, tier => tier.Contains(folder));

    private static PredicateList TypesOf(string folder) => folder == Root
        ? Types.InAssembly(Domain).That().ResideInNamespaceMatching($"^{Root}$")
        : Types.InAssembly(Domain).That().ResideInNamespaceMatching($@"^{Root}\.{folder}(\.|$)");
}
