namespace OrdersApi;

/// <summary>An order.</summary>
internal sealed record Order(int Id, string Item, int Quantity);
