using System.Text.RegularExpressions;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Faults;

/// <summary>
/// What goes wrong with requests at some paths, until it is lifted or has hit often enough. A path is as it stands below <c>/v1/</c>;
/// <c>*</c> stands for anything, slashes too.
/// </summary>
public sealed class VaultFault : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Regex _path;
    private int _hits;
    private bool _isLifted;

    private VaultFault(string path, FaultKind kind)
    {
        _path = new Regex("^" + Regex.Escape(path).Replace("\\*", ".*", StringComparison.Ordinal) + "$");
        Kind = kind;
    }

    /// <summary>How often it hits at the most.</summary>
    public int Times { get; init; } = int.MaxValue;

    /// <summary>Only in this namespace; null = in all.</summary>
    public string? Namespace { get; init; }

    /// <summary>How often it has hit.</summary>
    public int Hits => Volatile.Read(ref _hits);

    /// <summary>Completes with the first hit.</summary>
    public Task Reached => _reached.Task;

    internal FaultKind Kind { get; }

    internal VaultReply? Reply { get; private init; }

    internal Task Released => _released.Task;

    /// <summary>Answers so, and does nothing.</summary>
    public static VaultFault Status(string path, int status, string error = "scripted", TimeSpan? retryAfter = null) => new(path, FaultKind.Answer)
    {
        Reply = VaultReply.Error(status, [error]) with
        {
            Headers = retryAfter is { } pause ? new Dictionary<string, string> { ["Retry-After"] = $"{(int)pause.TotalSeconds}" } : new Dictionary<string, string>(),
        },
    };

    /// <summary>Says 204, as after success, and does nothing.</summary>
    public static VaultFault Lie(string path) => new(path, FaultKind.Answer) { Reply = VaultReply.NoContent };

    /// <summary>Lets requests wait before anything of them is looked at. Who hangs up meanwhile has asked for nothing.</summary>
    public static VaultFault Hold(string path) => new(path, FaultKind.Hold);

    /// <summary>Lets requests wait that have been let in, before their work. It is done afterwards, whether or not anybody still listens.</summary>
    public static VaultFault HoldWork(string path) => new(path, FaultKind.HoldWork);

    /// <summary>Does the work and closes the connection without an answer.</summary>
    public static VaultFault LoseReply(string path, int times = int.MaxValue) => new(path, FaultKind.LoseReply) { Times = times };

    /// <summary>Closes the connection and does nothing.</summary>
    public static VaultFault Drop(string path) => new(path, FaultKind.Drop);

    /// <summary>Lets everybody go that it holds, and holds nobody any more.</summary>
    public void Lift()
    {
        _isLifted = true;
        _released.TrySetResult();
    }

    /// <inheritdoc cref="Lift"/>
    public void Dispose() => Lift();

    internal bool Takes(VaultRequest request)
    {
        if (_isLifted || !_path.IsMatch(request.Path) || (Namespace is not null && Namespace != request.Namespace)) return false;
        if (Interlocked.Increment(ref _hits) > Times)
        {
            Interlocked.Decrement(ref _hits);
            return false;
        }

        _reached.TrySetResult();
        return true;
    }
}
