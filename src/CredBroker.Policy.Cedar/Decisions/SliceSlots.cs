namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>
/// Which slices an instance has read. Cedar forgets a set of policies only where another takes its name, so names are slots,
/// and the slice that was not asked for longest gives its slot away.
/// </summary>
/// <param name="maxPolicies">How many policies the slots may hold together; one slice may always be held, however large.</param>
internal sealed class SliceSlots(int maxPolicies)
{
    private const int MaxSlots = 4096;

    private readonly Dictionary<PolicySlice, LinkedListNode<Slot>> _held = [];
    private readonly LinkedList<Slot> _byUse = [];
    private readonly Stack<int> _free = new();
    private int _policies;

    /// <summary>The slot of a slice, and whether its policies have yet to be read into it.</summary>
    public (int Slot, bool IsNew) Take(PolicySlice slice)
    {
        if (_held.TryGetValue(slice, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return (node.Value.Number, false);
        }

        while (_held.Count > 0 && (_held.Count >= MaxSlots || _policies + slice.Policies.Count > maxPolicies)) GiveUp(_byUse.Last!);
        var slot = new Slot(_free.TryPop(out var free) ? free : _held.Count, slice);
        _held[slice] = _byUse.AddFirst(slot);
        _policies += slice.Policies.Count;
        return (slot.Number, true);
    }

    private void GiveUp(LinkedListNode<Slot> node)
    {
        _byUse.Remove(node);
        _held.Remove(node.Value.Slice);
        _free.Push(node.Value.Number);
        _policies -= node.Value.Slice.Policies.Count;
    }

    private readonly record struct Slot(int Number, PolicySlice Slice);
}
