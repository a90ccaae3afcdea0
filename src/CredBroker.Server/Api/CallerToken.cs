using System.Diagnostics.CodeAnalysis;
using CredBroker.Tasks;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary>Reads the token of a call.</summary>
internal static class CallerToken
{
    private const string Scheme = "Bearer ";
    private static readonly object Key = new();

    /// <summary>The task token in <c>authorization: Bearer …</c>.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>.</exception>
    public static TaskToken Of(ServerCallContext context) => TryRead(context, out var token) ? token : throw TaskGate.Invalid();

    /// <summary>Whether a task token stands where it should; whose it is has not been asked.</summary>
    public static bool TryRead(ServerCallContext context, [NotNullWhen(true)] out TaskToken? token)
    {
        // Reading it hashes it, and a call asks at the door and again inside.
        if (context.UserState.TryGetValue(Key, out var read))
        {
            token = (TaskToken)read;
            return true;
        }

        if (!TaskToken.TryParse(BearerOf(context), out token)) return false;
        context.UserState[Key] = token;
        return true;
    }

    /// <summary>What stands in <c>authorization: Bearer …</c>, exactly one of it; null where that is not so.</summary>
    public static string? BearerOf(ServerCallContext context)
    {
        // The call's own list of headers cannot be read where any one of them is wrong.
        var headers = context.GetHttpContext().Request.Headers.Authorization;
        return headers.Count == 1 && headers[0] is { } header && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? header[Scheme.Length..].Trim()
            : null;
    }
}
