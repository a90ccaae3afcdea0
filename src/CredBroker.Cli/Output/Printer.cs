using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace CredBroker.Cli.Output;

/// <summary>Prints results in the form that was asked for.</summary>
internal sealed class Printer(TextWriter writer, bool isTerminal, OutputFormat format)
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper) },
        // The output is read by programs and never put into a page, and a token is to come out as it is.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One thing, as lines of name and value. Values are never wrapped, so that they can be copied.</summary>
    public void Record<T>(T json, params IReadOnlyList<(string Name, string? Value)> lines)
    {
        if (format == OutputFormat.Json) Json(json);
        else Lines(lines);
    }

    /// <summary>Many things, as a table.</summary>
    public void Table<T>(T json, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (format == OutputFormat.Json)
        {
            Json(json);
            return;
        }
        var table = new Table().Border(TableBorder.None);
        foreach (var column in columns) table.AddColumn(new TableColumn(new Text(column)).NoWrap());
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(Printable.Text(cell))));
        ConsoleOf.Writer(writer, isTerminal).Write(table);
    }

    /// <summary>JSON, whatever was asked for.</summary>
    public void Json<T>(T json) => writer.WriteLine(JsonSerializer.Serialize(json, JsonOptions));

    /// <summary>Text as it is.</summary>
    public void Raw(string text) => writer.Write(text);

    /// <summary>Anything else.</summary>
    public void View<T>(T json, Action<IAnsiConsole> view)
    {
        if (format == OutputFormat.Json) Json(json);
        else view(ConsoleOf.Writer(writer, isTerminal));
    }


    private void Lines(IReadOnlyList<(string Name, string? Value)> lines)
    {
        var width = lines.Max(l => l.Name.Length) + 2;
        foreach (var (name, value) in lines)
            if (!string.IsNullOrEmpty(value)) writer.WriteLine($"{(name + ":").PadRight(width)}{Printable.Text(value)}");
    }
}
