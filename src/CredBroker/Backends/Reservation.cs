namespace CredBroker.Backends;

/// <summary>
/// What a backend has prepared. The handle is stored before anything hangs on it; what else a backend needs to go on with, such as a
/// token, stays in the memory of this process and dies with it. A backend derives from it to keep that.
/// </summary>
public class Reservation
{
    /// <summary>Wraps a handle; null = there is nothing to undo yet.</summary>
    public Reservation(string? handle) => Handle = handle;

    /// <summary>Nothing needs preparing.</summary>
    public static Reservation None { get; } = new(handle: null);

    /// <summary>What undoes it, without secrets.</summary>
    public string? Handle { get; }

    /// <inheritdoc/>
    public sealed override string ToString() => $"{GetType().Name} {{ [redacted] }}";
}
