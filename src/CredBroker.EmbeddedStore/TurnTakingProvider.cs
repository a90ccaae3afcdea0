using Garnet.networking;
using Garnet.server;

namespace CredBroker.EmbeddedStore;

/// <summary>Puts a <see cref="TurnTakingSession"/> around each of Garnet's sessions.</summary>
internal sealed class TurnTakingProvider(ISessionProvider inner, GroupCommit commit) : ISessionProvider
{
    public MaxSizeSettings GetMaxSizeSettings => inner.GetMaxSizeSettings;

    public IMessageConsumer GetSession(WireFormat wireFormat, INetworkSender networkSender)
    {
        var replies = new HeldReplySender(networkSender, commit);
        return new TurnTakingSession(inner.GetSession(wireFormat, replies), replies, commit);
    }
}
