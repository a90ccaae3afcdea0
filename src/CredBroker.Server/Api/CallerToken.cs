using CredBroker.Tasks;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary>Reads the token of a call.</summary>
internal static class CallerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>The task token in <c>authorization: Bearer …</c>, exactly one of it.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>.</exception>
    public static TaskToken Of(ServerCallContext context) =>
        TaskToken.TryParse(BearerOf(context), out var token) ? token : throw TaskGate.Invalid();

    /// <summary>Whatever stands in <c>authorization: Bearer …</c>; null where there is none, or more than one header.</summary>
    public static string? BearerOf(ServerCallContext context)
    {
        string? found = null;
        foreach (var entry in context.RequestHeaders)
        {
            if (entry.Key != "authorization") continue;
            if (found is not null) return null;
            found = entry.Value;
        }

        return found is not null && found.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? found[Scheme.Length..].Trim() : null;
    }
}
