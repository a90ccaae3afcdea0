using Spectre.Console;

namespace CredBroker.Cli.Output;

/// <summary>Consoles over plain writers.</summary>
internal static class ConsoleOf
{
    public static IAnsiConsole Writer(TextWriter writer, bool isTerminal, bool isInteractive = false)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isInteractive ? InteractionSupport.Yes : InteractionSupport.No,
        });
        // A pipe has no width, and a guess would cut ids in two.
        if (!isTerminal) console.Profile.Width = 400;
        return console;
    }
}
