namespace CredBroker.Server.Tests.Storage.Model;

/// <summary>What a broker, an agent or time can do to a store.</summary>
public enum Verb
{
    OpenRoot,
    OpenChild,
    BeginToken,
    BeginSecret,
    RecordHandle,
    Commit,
    Renew,
    Heartbeat,
    Revoke,
    Seal,
    Finish,
    Expire,
    Claim,
    Settle,
    TakePlace,
    Pass,
}
