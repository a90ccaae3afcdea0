using Garnet.networking;

namespace CredBroker.EmbeddedStore;

/// <summary>
/// Runs a connection's commands while no other connection's run, as Redis does, and lets their replies go once what they wrote or
/// saw is in the log.
/// </summary>
internal sealed unsafe class TurnTakingSession(IMessageConsumer inner, HeldReplySender replies, GroupCommit commit) : IMessageConsumer
{
    public int TryConsumeMessages(byte* reqBuffer, int bytesRead)
    {
        int consumed;
        long tail;
        lock (commit.Turn)
        {
            replies.Hold();
            consumed = inner.TryConsumeMessages(reqBuffer, bytesRead);
            tail = commit.Tail;
        }

        replies.Release(tail);
        return consumed;
    }

    public void Dispose() => inner.Dispose();
}
