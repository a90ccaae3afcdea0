using Grpc.Core;

namespace CredBroker.Server.Tests.Api;

/// <summary>One way to be wrong.</summary>
internal sealed record WrongCall(
    string Name, string Verb, StatusCode Code, string Reason, string? Field, Func<WrongCallContext, Task> Call)
{
    public static WrongCall InField(string name, string verb, string field, Func<WrongCallContext, Task> call) =>
        new(name, verb, StatusCode.InvalidArgument, "INVALID_REQUEST", field, call);

    /// <summary>The name of the test.</summary>
    public override string ToString() => $"{Verb}: {Name}";
}
