using Google.Protobuf;

namespace CredBroker.Testing.Broker;

/// <summary>One call that reached a <see cref="FakeBroker"/>.</summary>
/// <param name="Method">The rpc's name, such as <c>Issue</c>.</param>
/// <param name="Request">What was asked.</param>
/// <param name="Authorization">The header that came with it, if any.</param>
public sealed record RecordedCall(string Method, IMessage Request, string? Authorization)
{
    /// <summary>The DPoP proof that came with it, if any.</summary>
    public string? Proof { get; init; }
}
