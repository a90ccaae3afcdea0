using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CredBroker.Templates.Documents;

namespace CredBroker.Templates;

/// <summary>The JSON Schema (draft 7) of the catalogue's documents, for editors. It is written from what the reader checks.</summary>
public static class CatalogueJsonSchema
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema as indented text, with a line break at the end.</summary>
    public static string Write()
    {
        var definitions = new JsonObject();
        var choices = new JsonArray();
        foreach (var kind in DocumentKinds.All)
        {
            definitions.Add(kind.Name, kind.Shape.ToJsonSchema());
            choices.Add(new JsonObject
            {
                ["if"] = new JsonObject { ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["const"] = kind.Name } } },
                ["then"] = new JsonObject { ["$ref"] = $"#/definitions/{kind.Name}" },
            });
        }

        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "CredBroker catalogue",
            ["description"] = "A Template, Target, WorkloadRule or ApproverGroup. The reader also checks what fields must be to each other.",
            ["type"] = "object",
            ["required"] = new JsonArray("apiVersion", "kind", "metadata", "spec"),
            ["properties"] = new JsonObject
            {
                ["kind"] = new JsonObject { ["enum"] = new JsonArray([.. DocumentKinds.All.Select(k => (JsonNode)k.Name)]) },
            },
            ["allOf"] = choices,
            ["definitions"] = definitions,
        };
        return schema.ToJsonString(Layout) + "\n";
    }
}
