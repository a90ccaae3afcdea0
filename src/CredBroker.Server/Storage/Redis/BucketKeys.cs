using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CredBroker.Attestation;
using CredBroker.Leases;
using CredBroker.Tasks;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Names of the keys of one bucket. All share a hash tag, so a script over them stays in one slot of a cluster.</summary>
internal sealed class BucketKeys
{
    // Every issue and every revocation asks for these, mostly for the same few.
    private static readonly Remembered<(string Tenant, string Workload), string> Workloads = new(16 * 1024, named => Hash(named.Tenant, named.Workload));
    private static readonly Remembered<string, string> Templates = new(16 * 1024, name => Hash(name));
    private static readonly BucketKeys[] All = [.. Enumerable.Range(0, Buckets.Count).Select(bucket => new BucketKeys(bucket))];
    private readonly string _prefix;

    private BucketKeys(int bucket)
    {
        _prefix = string.Create(CultureInfo.InvariantCulture, $"cb:{{b{bucket:x2}}}:");
        Due = _prefix + "exp";
        Tasks = _prefix + "tx";
        FenceEpoch = _prefix + "fence_epoch";
        HighWater = _prefix + "hwm";
        Feed = _prefix + "feed";
        FeedSequence = _prefix + "fseq";
        Revoked = _prefix + "rv";
        AuditOwed = _prefix + "ap";
        Fences = _prefix + "fences";
        DeadLetters = _prefix + "dl";
        TemplateIndexes = _prefix + "ix:tpls";
        Queues = _prefix + "rqs";
        Approvals = _prefix + "ar";
        ApprovalsDue = _prefix + "ad";
        ApprovalChanges = _prefix + "ac";
        Quarantines = _prefix + "qu";
        WorkloadQuarantines = _prefix + "qv";
    }

    public RedisKey Due { get; }

    public RedisKey Tasks { get; }

    public RedisKey FenceEpoch { get; }

    public RedisKey HighWater { get; }

    public RedisKey Feed { get; }

    public RedisKey FeedSequence { get; }

    public RedisKey Revoked { get; }

    public RedisKey AuditOwed { get; }

    public RedisKey Fences { get; }

    public RedisKey DeadLetters { get; }

    /// <summary>Which indexes by template there are: together they have every live lease of the bucket.</summary>
    public RedisKey TemplateIndexes { get; }

    /// <summary>Which queues of revocations hold something.</summary>
    public RedisKey Queues { get; }

    /// <summary>Requests for approval by when they were made.</summary>
    public RedisKey Approvals { get; }

    /// <summary>The same by when they lapse, or are to be forgotten.</summary>
    public RedisKey ApprovalsDue { get; }

    /// <summary>The same by their latest change.</summary>
    public RedisKey ApprovalChanges { get; }

    /// <summary>Tasks in quarantine.</summary>
    public RedisKey Quarantines { get; }

    /// <summary>Workloads in quarantine, apart from tasks: brokers that know nothing of them read those too.</summary>
    public RedisKey WorkloadQuarantines { get; }

    public static BucketKeys Of(int bucket) => All[bucket];

    public RedisKey Task(TaskId id) => _prefix + "T:" + id.Value;

    public RedisKey LeasesOf(TaskId id) => _prefix + "TL:" + id.Value;

    public RedisKey ChildrenOf(TaskId id) => _prefix + "TC:" + id.Value;

    /// <summary>When a task was refused lately.</summary>
    public RedisKey RefusalsOf(TaskId id) => _prefix + "rf:" + id.Value;

    /// <summary>How often the tasks of a workload were refused lately; it lives in the workload's own bucket.</summary>
    public static RedisKey RefusalsOf(string tenant, string workload) =>
        OfWorkload(tenant, workload)._prefix + "rw:" + Workloads.Of((tenant, workload));

    public RedisKey Lease(LeaseId id) => _prefix + "L:" + id.Value;

    public RedisKey ByWorkload(string tenant, string workload) => _prefix + "ix:wl:" + Workloads.Of((tenant, workload));

    public RedisKey ByTemplate(string template) => _prefix + "ix:tpl:" + HashOfTemplate(template);

    public RedisKey TaskRef(AgentTask task) =>
        _prefix + "ref:" + Hash(task.Tenant, task.Subject, task.ParentId?.Value ?? "", task.TaskRef ?? "");

    public RedisKey IdempotencyKey(TaskId task, string keyHash) => _prefix + "idem:" + Hash(task.Value, keyHash);

    public RedisKey Approval(ApprovalId id) => _prefix + "A:" + id.Value;

    /// <summary>The requests for approval of a task that were not used.</summary>
    public RedisKey ApprovalsOf(TaskId id) => _prefix + "TA:" + id.Value;

    /// <summary>Which request a task has made for an action; the digest of the action covers the task.</summary>
    public RedisKey Ask(string action) => _prefix + "ask:" + action;

    /// <summary>The places of a template that a workload holds; they live in the workload's own bucket.</summary>
    public static RedisKey Places(LeaseTerms terms) => OfWorkload(terms)._prefix + "qw:" + Hash(terms.Tenant, terms.Workload, terms.Template);

    /// <summary>The requests for approval of a workload's tasks that were not used; they live in the workload's own bucket.</summary>
    public static RedisKey Asking(string tenant, string workload) => OfWorkload(tenant, workload)._prefix + "aw:" + Workloads.Of((tenant, workload));

    /// <summary>The bucket of a workload, which is not that of its tasks.</summary>
    public static BucketKeys OfWorkload(LeaseTerms terms) => OfWorkload(terms.Tenant, terms.Workload);

    /// <summary>The bucket of a workload, which is not that of its tasks.</summary>
    public static BucketKeys OfWorkload(string tenant, string workload) => Of(Buckets.Of(tenant, workload));

    /// <summary>What stands for a workload in keys and fields.</summary>
    public static string HashOfWorkload(string tenant, string workload) => Workloads.Of((tenant, workload));

    /// <summary>A piece of evidence that is good once.</summary>
    public static RedisKey Used(SingleUse evidence) => Of(Buckets.Of(evidence.Id))._prefix + "used:" + evidence.Id;

    public RedisKey Queue(string backend, RevocationPriority priority) =>
        string.Create(CultureInfo.InvariantCulture, $"{_prefix}rq:{backend}:{(int)priority}");

    /// <summary>The backend key of a queue of this bucket; null where it is none.</summary>
    public string? BackendOf(string queue)
    {
        var start = _prefix.Length + "rq:".Length;
        var end = queue.LastIndexOf(':');
        return queue.StartsWith(_prefix + "rq:", StringComparison.Ordinal) && end > start ? queue[start..end] : null;
    }

    /// <summary>What stands for a template in keys and fields.</summary>
    public static string HashOfTemplate(string template) => Templates.Of(template);

    /// <summary>Sixteen hex digits of SHA-256: caller-given text never stands in a key.</summary>
    public static string Hash(params ReadOnlySpan<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))).AsSpan(0, 8));
}
