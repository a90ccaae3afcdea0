namespace CredBroker.Server.Api;

/// <summary>Tells, beside a call, whether its request could be read as a message: only then does any interceptor see it.</summary>
internal sealed class ReadRequest
{
    /// <summary>Whether it could.</summary>
    public bool IsRead { get; set; }
}
