using CredBroker.Leases;
using CredBroker.Policy.Cedar.Documents;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>Asks the store for what policies look at, and for nothing where none does. What is asked for is asked at once.</summary>
internal sealed class FactsReader(HeldLeases held, IWorkloadLeases workloads, TimeProvider time)
{
    private static readonly string TooManyHeld = $"The task's tree holds more than {HeldLeases.MaxLeases} live leases, too many to judge by.";

    private static readonly string TooManyOfTemplate =
        $"The workload holds more than {IWorkloadLeases.MaxPerBucket} live leases of the template in one tree of tasks or a few, too many to judge by.";

    /// <summary>What is known beside the request; null where there is too much to be looked at, and why.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>.</exception>
    public async ValueTask<(RequestFacts? Facts, string Hindrance)> ReadAsync(FactsQuestion asked, PolicyUses uses, CancellationToken cancellationToken)
    {
        var isOfTemplate = uses.IsOfTemplateLeases && asked.Template is not null;
        if (!uses.IsOfHeld && !uses.IsOfWorkloadLeases && !isOfTemplate) return (new RequestFacts([], time.GetUtcNow()), "");

        var holding = uses.IsOfHeld ? held.ReadAsync(asked.Task, asked.Uncounted, cancellationToken).AsTask() : null;
        var all = uses.IsOfWorkloadLeases ? CountAsync(asked, template: null, cancellationToken) : null;
        var some = isOfTemplate ? CountAsync(asked, asked.Template, cancellationToken) : null;
        await Task.WhenAll(new Task?[] { holding, all, some }.OfType<Task>());

        var leases = holding is null ? [] : await holding;
        if (leases is null) return (null, TooManyHeld);
        var counted = new WorkloadCounts(all is null ? null : await all, some is null ? null : await some);
        if (some is not null && counted.OfTemplate is null) return (null, TooManyOfTemplate);
        return (new RequestFacts(leases, time.GetUtcNow()) { Counted = counted }, "");
    }

    private Task<long?> CountAsync(FactsQuestion asked, string? template, CancellationToken cancellationToken) => asked.IsOnlyLease
        ? Task.FromResult<long?>(0)
        : workloads.CountAsync(asked.Task.Tenant, asked.Task.Subject, template, asked.Uncounted, cancellationToken);
}
