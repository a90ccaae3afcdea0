namespace OrdersApi;

/// <summary>What a caller orders.</summary>
internal sealed record NewOrder(string Item, int Quantity);
