namespace OrdersApi;

/// <summary>The orders, in memory.</summary>
internal sealed class OrderBook
{
    private const int MaxOrders = 1_000;
    private readonly Lock _gate = new();
    private readonly List<Order> _orders = [new(1, "notebooks", 12), new(2, "pencils", 144), new(3, "erasers", 30)];

    public IReadOnlyList<Order> All()
    {
        lock (_gate) return [.. _orders];
    }

    /// <summary>Null where the book is full.</summary>
    public Order? Add(NewOrder order)
    {
        lock (_gate)
        {
            if (_orders.Count >= MaxOrders) return null;
            var added = new Order(_orders.Count + 1, order.Item, order.Quantity);
            _orders.Add(added);
            return added;
        }
    }
}
