using CredBroker.Cli.Output;
using CredBroker.Client.Operators;
using Spectre.Console;

namespace CredBroker.Cli.Responding;

/// <summary>What tightening would revoke, for people.</summary>
internal static class TighteningView
{
    public static void Write(IAnsiConsole console, TighteningPreview preview)
    {
        console.Write(new Text(
            $"of {preview.LookedAt} live leases {preview.NotPermitted.Total} no longer permitted, {preview.Undecided} undecided; "
            + $"set {Printable.Text(preview.Version)}{Environment.NewLine}"));
        BlastRadiusView.WriteTables(console, preview.NotPermitted);
    }
}
