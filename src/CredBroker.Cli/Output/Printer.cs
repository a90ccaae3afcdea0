using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace CredBroker.Cli.Output;

/// <summary>Prints results in the form that was asked for.</summary>
internal sealed class Printer(TextWriter writer, bool isTerminal, OutputFormat format)
{
    private static readonly JsonSerializerOptions Json = new()
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
        if (format == OutputFormat.Json) Document(json);
        else Lines(lines);
    }

    /// <summary>Many things, as a table.</summary>
    public void Table<T>(T json, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (format == OutputFormat.Json)
        {
            Document(json);
            return;
        }
        var table = new Table().Border(TableBorder.None);
        foreach (var column in columns) table.AddColumn(new TableColumn(new Text(column)).NoWrap());
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));
        Console().Write(table);
    }

    private void Document<T>(T json) => writer.WriteLine(JsonSerializer.Serialize(json, Json));

    private void Lines(IReadOnlyList<(string Name, string? Value)> lines)
    {
        var width = lines.Max(l => l.Name.Length) + 2;
        foreach (var (name, value) in lines)
            if (!string.IsNullOrEmpty(value)) writer.WriteLine($"{(name + ":").PadRight(width)}{value}");
    }

    private IAnsiConsole Console()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = InteractionSupport.No,
        });
        // A pipe has no width, and a guess would cut ids in two.
        if (!isTerminal) console.Profile.Width = 400;
        return console;
    }
}
