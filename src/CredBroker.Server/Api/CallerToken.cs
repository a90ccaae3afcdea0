using CredBroker.Tasks;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary>Reads the task token of a call.</summary>
internal static class CallerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>The token in <c>authorization: Bearer …</c>, exactly one of it.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>.</exception>
    public static TaskToken Of(ServerCallContext context)
    {
        string? found = null;
        foreach (var entry in context.RequestHeaders)
        {
            if (entry.Key != "authorization") continue;
            if (found is not null) throw TaskGate.Invalid();
            found = entry.Value;
        }

        return found is not null && found.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && TaskToken.TryParse(found[Scheme.Length..].Trim(), out var token)
            ? token
            : throw TaskGate.Invalid();
    }
}
