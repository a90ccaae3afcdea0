using System.Reflection;
using NUnit.Framework.Interfaces;

namespace CredBroker.Architecture;

/// <summary>Compiled into every test assembly: the categories decide which tests a run takes, so no fixture may be without.</summary>
[Category("Unit")]
public sealed class CategoryTests
{
    private static readonly string[] Categories = ["Unit", "Server", "Store", "Fault", "Long"];

    [Test]
    public void Fixtures_OfThisAssembly_AreOfOneCategory()
    {
        var faulty = Fixtures().Where(fixture => CategoriesOf(fixture).Count(Categories.Contains) != 1 || !CategoriesOf(fixture).All(Categories.Contains));

        Assert.That(
            faulty.Select(fixture => $"{fixture.FullName}: [{string.Join(", ", CategoriesOf(fixture))}]"),
            Is.Empty,
            $"Every fixture has exactly one of {string.Join(", ", Categories)}.");
    }

    [Test]
    public void Fixtures_OfThisAssembly_AreFound() => Assert.That(Fixtures(), Does.Contain(typeof(CategoryTests)));

    private static IEnumerable<Type> Fixtures() => typeof(CategoryTests).Assembly.GetTypes().Where(type =>
        type is { IsClass: true, IsAbstract: false } && type.GetMethods(AllMethods).Any(IsTest));

    private const BindingFlags AllMethods = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy;

    private static bool IsTest(MethodInfo method) =>
        method.GetCustomAttributes(inherit: true).Any(attribute => attribute is ITestBuilder or ISimpleTestBuilder);

    private static List<string> CategoriesOf(Type fixture) =>
        [.. fixture.GetCustomAttributes<CategoryAttribute>(inherit: true).Select(category => category.Name)];
}
