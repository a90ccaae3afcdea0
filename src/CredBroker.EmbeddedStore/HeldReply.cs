namespace CredBroker.EmbeddedStore;

/// <summary>Replies of one turn of one connection that wait for a commit.</summary>
internal readonly record struct HeldReply(HeldReplySender Sender, byte[] Bytes, bool ThenClose)
{
    public void Send() => Sender.SendNow(this);

    public void Abort() => Sender.TryClose();
}
