using CredBroker.Client.Operators;

namespace CredBroker.Cli.Responding;

/// <summary>A line each time that something has changed, for logs and pipes.</summary>
internal sealed class OrderTicker(TextWriter writer) : IOrderProgress
{
    private string _last = "";

    public void Show(RevocationOrder order)
    {
        var line = $"{order.Id} {order.State.ToString().ToLowerInvariant()}: fenced {order.Fenced}, token dead {order.Dead}, "
            + $"confirmed at the backend {order.Confirmed}, unconfirmed {order.Unconfirmed}, could not be revoked {order.Irrevocable}";
        if (line == _last) return;
        writer.WriteLine(line);
        _last = line;
    }
}
