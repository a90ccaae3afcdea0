using System.Text.Json.Nodes;
using CredBroker.Templates;
using CredBroker.Templates.Documents;
using CredBroker.Templates.Shapes;
using CredBroker.Testing;

namespace CredBroker.Tests.Templates;

[TestFixture]
[Category("Unit")]
public sealed class CatalogueJsonSchemaTests
{
    /// <summary>With <c>CREDBROKER_UPDATE_SCHEMA=1</c> this writes the file.</summary>
    [Test]
    public void Write_Now_IsThePublishedFile()
    {
        var path = Path.Combine(Repository.Root, "docs", "schemas", "catalogue.schema.json");
        if (Environment.GetEnvironmentVariable("CREDBROKER_UPDATE_SCHEMA") == "1") File.WriteAllText(path, CatalogueJsonSchema.Write());

        Assert.That(CatalogueJsonSchema.Write(), Is.EqualTo(File.ReadAllText(path)));
    }

    [Test]
    public void Write_EveryKind_NamesTheFieldsThatTheReaderAccepts()
    {
        var definitions = JsonNode.Parse(CatalogueJsonSchema.Write())!["definitions"]!.AsObject();

        Assert.That(definitions.Select(d => d.Key), Is.EquivalentTo(DocumentKinds.All.Select(k => k.Name)));
        foreach (var kind in DocumentKinds.All)
            Assert.That(Paths(definitions[kind.Name]!, ""), Is.EquivalentTo(Paths(kind.Shape, "")), kind.Name);
    }

    [Test]
    public void Docs_EveryField_IsExplained()
    {
        var docs = File.ReadAllText(Path.Combine(Repository.Root, "docs", "templates.md"));

        foreach (var kind in DocumentKinds.All)
        {
            var section = docs.Split($"\n## {kind.Name}\n")[1].Split("\n## ")[0];
            var unexplained = Paths(kind.Shape, "").Where(path => path.StartsWith("spec.", StringComparison.Ordinal) && !section.Contains($"| `{path}` |", StringComparison.Ordinal));
            Assert.That(unexplained, Is.Empty, kind.Name);
        }
    }

    [Test]
    public void Docs_EveryExample_IsGood()
    {
        using var folder = new TempFolder();
        var examples = File.ReadAllText(Path.Combine(Repository.Root, "docs", "templates.md")).Split("```yaml\n").Skip(1).Select(part => part.Split("```")[0]).ToArray();
        for (var i = 0; i < examples.Length; i++) folder.Write($"{i}.yaml", examples[i]);

        Assert.That(examples, Is.Not.Empty);
        Assert.That(CatalogueReader.Read(folder.Path).Faults, Is.Empty);
    }

    // Leaves and what holds them alike, but for fields that this version does not support.
    private static IEnumerable<string> Paths(Shape shape, string prefix) => shape is not MapShape map ? [] :
        map.Fields.Where(f => f.Shape is not UnsupportedShape).SelectMany(f => Leaf(f.Shape is MapShape, prefix + f.Name).Concat(Paths(f.Shape, $"{prefix}{f.Name}.")));

    private static IEnumerable<string> Paths(JsonNode schema, string prefix) => schema["properties"] is not JsonObject properties ? [] :
        properties.SelectMany(p => Leaf(p.Value!["properties"] is not null, prefix + p.Key).Concat(Paths(p.Value!, $"{prefix}{p.Key}.")));

    private static string[] Leaf(bool isMap, string path) => isMap ? [] : [path];
}
