using CredBroker.Client.Operators;
using Spectre.Console;

namespace CredBroker.Cli.Responding;

/// <summary>One bar for each thing that can become of a lease.</summary>
internal sealed class OrderBars(ProgressContext context, long expected) : IOrderProgress
{
    private readonly ProgressTask _fenced = context.AddTask("fenced");
    private readonly ProgressTask _dead = context.AddTask("token dead");
    private readonly ProgressTask _confirmed = context.AddTask("confirmed at the backend");
    private readonly ProgressTask _unconfirmed = context.AddTask("unconfirmed");
    private readonly ProgressTask _irrevocable = context.AddTask("could not be revoked");

    public static Progress On(IAnsiConsole console) => console.Progress()
        .AutoClear(false)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new CountColumn(), new ElapsedTimeColumn());

    public void Show(RevocationOrder order)
    {
        var done = order.State == RevocationOrderState.Done;
        Set(_fenced, order.Fenced, done ? order.Fenced : Math.Max(expected, order.Fenced));
        Set(_dead, order.Dead, order.Fenced);
        Set(_confirmed, order.Confirmed, order.Fenced - order.Dead);
        Set(_unconfirmed, order.Unconfirmed, order.Fenced - order.Dead);
        Set(_irrevocable, order.Irrevocable, order.Fenced - order.Dead);
        context.Refresh();
    }

    private static void Set(ProgressTask bar, long value, long of)
    {
        // A bar of nothing would show as full or not at all, by the library's whim.
        bar.MaxValue = Math.Max(of, 1);
        bar.Value = value;
    }
}
