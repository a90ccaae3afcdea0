using CredBroker.Client.Internal;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Operators;

/// <summary>Standing fences.</summary>
public sealed class OperatorFences
{
    private readonly OperatorCalls _calls;

    internal OperatorFences(OperatorCalls calls) => _calls = calls;

    /// <summary>Every fence that stands.</summary>
    public async Task<IReadOnlyList<Fence>> ListAsync(CancellationToken cancellationToken = default)
    {
        var answer = await _calls.CallAsync(_calls.Connection.Revocations.ListFencesAsync, new Wire.ListFencesRequest(), cancellationToken);
        return [.. answer.Fences.Select(f => f.ToFence())];
    }

    /// <summary>Lifts a fence; what it killed stays dead.</summary>
    /// <returns>True = it is lifted; false = it stands until a second responder says the same.</returns>
    public async Task<bool> LiftAsync(string fenceId, string reason, CancellationToken cancellationToken = default)
    {
        var request = new Wire.LiftFenceRequest { FenceId = fenceId, Reason = reason };
        var answer = await _calls.CallAsync(_calls.Connection.Revocations.LiftFenceAsync, request, cancellationToken, once: true);
        return !answer.PendingSecond;
    }
}
