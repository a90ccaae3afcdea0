using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Revocation;

/// <summary>A receipt in the making: leases are added page by page, as they stand.</summary>
internal sealed class ReceiptDraft
{
    private readonly List<Lease> _named = [];
    private readonly List<LeaseId> _pending = [];
    private long _total;
    private long _confirmed;
    private long _irrevocable;

    public void Add(IReadOnlyList<Lease> page)
    {
        _total += page.Count;
        _confirmed += page.Count(lease => lease.State == LeaseState.Revoked);
        _irrevocable += page.Count(lease => lease.State == LeaseState.Irrevocable);
        _pending.AddRange(page.Where(lease => lease.State is not (LeaseState.Revoked or LeaseState.Irrevocable)).Select(lease => lease.Id));
        _named.AddRange(page.Take(TaskReceipt.MaxLeases - _named.Count));
    }

    public EndedTask Close(AgentTask root, int childTasks, DateTimeOffset now) => new(
        new TaskReceipt(root.Id, _total, _confirmed, _pending.Count, _irrevocable, _named, root.EndedAt ?? now, childTasks), _pending);
}
