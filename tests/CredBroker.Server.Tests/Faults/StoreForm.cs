namespace CredBroker.Server.Tests.Faults;

/// <summary>The stores that a broker can be killed on.</summary>
public enum StoreForm
{
    Redis,
    Embedded,
}
