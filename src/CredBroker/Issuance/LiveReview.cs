using System.Runtime.CompilerServices;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>Holds those of some leases against what is in force that live on unless somebody ends them.</summary>
public sealed class LiveReview(LeaseReview review, ITaskIndex tasks)
{
    /// <summary>What leases are held against: see <see cref="LeaseReview.Version"/>.</summary>
    public string Version => review.Version;

    /// <summary>The active leases of open tasks among them; those of a task that is over are on their way out already.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>.</exception>
    public async IAsyncEnumerable<ReviewedLease> AskAsync(IReadOnlyList<Lease> leases, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var live = leases.Where(lease => lease.State == LeaseState.Active).ToList();
        var known = (await tasks.ReadAsync([.. live.Select(lease => lease.Terms.TaskId).Distinct()], cancellationToken)).ToDictionary(task => task.Id);
        foreach (var lease in live)
        {
            if (!known.TryGetValue(lease.Terms.TaskId, out var task) || task.State != TaskState.Open) continue;
            var (standing, decision, reason) = await review.AskAsync(task, lease, cancellationToken);
            yield return new ReviewedLease(lease, standing, decision, reason);
        }
    }
}
