namespace CredBroker.Server.Hosting;

/// <summary>Tells how something is that the broker uses, as it was last seen. Reading it calls nobody.</summary>
internal interface IStatusSource
{
    IEnumerable<StatusComponent> Read();
}
