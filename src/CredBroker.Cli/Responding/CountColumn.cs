using Spectre.Console;
using Spectre.Console.Rendering;

namespace CredBroker.Cli.Responding;

/// <summary>The count behind a bar; how much of what is in the bar itself.</summary>
internal sealed class CountColumn : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text($"{task.Value:0}").RightJustified();
}
