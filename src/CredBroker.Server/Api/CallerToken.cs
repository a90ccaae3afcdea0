using System.Diagnostics.CodeAnalysis;
using CredBroker.Attestation;
using CredBroker.Tasks;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary>Reads the token of a call.</summary>
internal static class CallerToken
{
    private const string Bearer = "Bearer ";
    private const string Dpop = "DPoP ";
    private static readonly object Key = new();
    private static readonly object PossessionKey = new();

    /// <summary>The task token in <c>authorization: Bearer …</c> or <c>DPoP …</c>, with the key that was proved with it.</summary>
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

        if (!TaskToken.TryParse(BearerOf(context) ?? DpopOf(context), out token)) return false;
        context.UserState[Key] = token;
        return true;
    }

    /// <summary>Notes the key that was proved with the token of the call.</summary>
    public static void Bind(ServerCallContext context, TaskToken token, Possession? possession)
    {
        context.UserState[Key] = token.BoundTo(possession?.Key);
        // What was proved once must not be asked for again by whoever attests the workload.
        if (possession is not null) context.UserState[PossessionKey] = possession with { Proof = null };
    }

    /// <summary>The key that was proved with the token of the call; null = none.</summary>
    public static Possession? PossessionOf(ServerCallContext context) =>
        context.UserState.TryGetValue(PossessionKey, out var found) ? (Possession)found : null;

    /// <summary>What stands in <c>authorization: Bearer …</c>, exactly one of it; null where that is not so.</summary>
    public static string? BearerOf(ServerCallContext context) => BearerOf(context.GetHttpContext());

    /// <inheritdoc cref="BearerOf(ServerCallContext)"/>
    public static string? BearerOf(HttpContext http) => After(Bearer, http);

    /// <summary>What stands in <c>authorization: DPoP …</c>, exactly one of it; null where that is not so.</summary>
    public static string? DpopOf(ServerCallContext context) => DpopOf(context.GetHttpContext());

    /// <inheritdoc cref="DpopOf(ServerCallContext)"/>
    public static string? DpopOf(HttpContext http) => After(Dpop, http);

    private static string? After(string scheme, HttpContext http)
    {
        // The call's own list of headers cannot be read where any one of them is wrong.
        var headers = http.Request.Headers.Authorization;
        return headers.Count == 1 && headers[0] is { } header && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? header[scheme.Length..].Trim()
            : null;
    }
}
