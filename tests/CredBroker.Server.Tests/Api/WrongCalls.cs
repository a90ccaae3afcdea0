using System.Text;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Api;

/// <summary>The ways to be wrong, call by call. Headers have a list of their own.</summary>
internal static class WrongCalls
{
    private const string NoLease = "lse_0001M85W36RBFW9TQJ9R7B1YDZT2";
    private const string NoBucket = "lse_ff01M85W36RBFW9TQJ9R7B1YDZT2";
    private const string NoTask = "tsk_0001M85W36RBFW9TQJ9R7B1YDZT2";
    private static readonly string TooLong = new('x', (8 * 1024) + 1);
    private static readonly string TooLongName = new('x', 129);

    public static IEnumerable<WrongCall> All() =>
        [.. Evidence(), .. OpenTask(), .. Delegations(), .. Issue(), .. WrongHeaders.All(), .. Leases(), .. List(), .. Tasks(), .. Watch()];

    private static IEnumerable<WrongCall> Evidence()
    {
        yield return WrongCall.InField("no evidence", "open_task", "evidence", context => context.OpenAsync(r => r.Evidence = null));
        yield return Failed("unknown attestor", (r, _) => r.Evidence.Attestor = "spiffe_x509");
        yield return Failed("empty", (r, _) => r.Evidence.Payload = ByteString.Empty);
        yield return Failed("oversize", (r, _) => r.Evidence.Payload = ByteString.CopyFrom(new byte[(16 * 1024) + 1]));
        yield return Failed("not text", (r, _) => r.Evidence.Payload = ByteString.CopyFrom(0xff, 0xfe, 0x00));
        yield return Failed("another audience", (r, site) => r.Evidence = site.EvidenceOf("agent/x", "elsewhere"));
        yield return Failed("expired", (r, site) => r.Evidence = site.EvidenceOf("agent/x", ttl: TimeSpan.FromMinutes(-1)));
        yield return Failed("no rule", (r, site) => r.Evidence = site.EvidenceOf("stranger/x"));
        yield return Failed("signature cut", (r, site) => r.Evidence = BrokerSite.Evidence(site.EvidenceOf("agent/x").Payload.ToStringUtf8()[..^4]));
    }

    private static IEnumerable<WrongCall> OpenTask()
    {
        yield return Open("empty purpose", "purpose", r => r.Purpose = "");
        yield return Open("blank purpose", "purpose", r => r.Purpose = " \t");
        yield return Open("long purpose", "purpose", r => r.Purpose = TooLong);
        yield return Open("NUL in purpose", "purpose", r => r.Purpose = "a\0b");
        yield return Open("long intent", "intent", r => r.Intent = TooLong);
        yield return Open("intent long in bytes", "intent", r => r.Intent = new string('ü', 4097));
        yield return Open("1 MB of labels", "labels", r => r.Labels.Add("note", new string('x', 1024 * 1024)));
        yield return Open("many labels", "labels", r => Enumerable.Range(0, 2000).ToList().ForEach(i => r.Labels.Add($"label-{i}", "value")));
        yield return Open("label without a key", "labels", r => r.Labels.Add("", "value"));
        foreach (var name in new[] { "a b", "a\n", "ü", "a{b}", TooLongName }) yield return Open($"task_ref {name.Length}:{name[0]}", "task_ref", r => r.TaskRef = name);
        foreach (var (what, duration) in BadDurations())
        {
            yield return Open($"max_duration {what}", "max_duration", r => r.MaxDuration = duration);
            yield return Open($"heartbeat {what}", "heartbeat_interval", r => r.HeartbeatInterval = duration);
        }
    }

    private static IEnumerable<WrongCall> Delegations()
    {
        yield return Open("delegation without parent", "delegation", r => r.Delegation.Add(new Delegation { Template = "orders-api" }));
        yield return Child("parent without delegation", "delegation", r => r.Delegation.Clear());
        yield return Child("delegated capability unknown", "delegation.capabilities", r => r.Delegation[0].Capabilities.Add((Capability)99));
        foreach (var (what, duration) in BadDurations())
            yield return Child($"delegated TTL {what}", "delegation.max_ttl", r => r.Delegation[0].MaxTtl = duration);
        yield return new WrongCall("parent token malformed", "open_task", StatusCode.Unauthenticated, "TASK_TOKEN_INVALID", null, context => context.OpenAsync(r =>
        {
            r.ParentTaskToken = "cbt_x";
            r.Delegation.Add(new Delegation { Template = "orders-api" });
        }));
    }

    private static IEnumerable<WrongCall> Issue()
    {
        yield return Issue("unknown template", StatusCode.NotFound, "TEMPLATE_NOT_FOUND", r => r.Template = "nothing");
        yield return Issue("template of another tenant", StatusCode.PermissionDenied, "POLICY_DENIED", r => r.Template = "parcels-api");
        yield return Issue("capability not offered", StatusCode.PermissionDenied, "CAPABILITY_NOT_OFFERED", r =>
        {
            r.Template = "orders-once";
            r.Capabilities.Add(Capability.Write);
        });
        yield return Issue("no template", "template", r => r.Template = "");
        yield return Issue("long template", "template", r => r.Template = TooLong);
        yield return Issue("capability unspecified", "capabilities", r => r.Capabilities.Add(Capability.Unspecified));
        yield return Issue("capability unknown", "capabilities", r => r.Capabilities.Add((Capability)99));
        foreach (var (what, duration) in BadDurations()) yield return Issue($"TTL {what}", "ttl", r => r.Ttl = duration);
        foreach (var key in new[] { "a b", "a\r\n", TooLongName }) yield return Issue($"key {key.Length}:{key[0]}", "idempotency_key", r => r.IdempotencyKey = key);
        yield return Issue("long justification", "justification", r => r.Justification = TooLong);
        yield return Issue("proof key", "proof_key", r => r.ProofKey = "{\"kty\":\"EC\"}");
    }

    private static IEnumerable<WrongCall> Leases()
    {
        foreach (var id in new[] { "", "x", NoLease, NoBucket, NoTask, NoLease.ToUpperInvariant(), NoLease + " ", "lse_0001M85W36RBFW9TQJ9R7B1YDZT*" })
        {
            yield return NotFound($"lease '{id}'", "renew", "LEASE_NOT_FOUND", context => context.RenewAsync(id));
            yield return NotFound($"lease '{id}'", "release", "LEASE_NOT_FOUND", context => context.ReleaseAsync(id));
            yield return NotFound($"lease '{id}'", "get_lease", "LEASE_NOT_FOUND", context => context.Task.GetLeaseAsync(id));
        }

        foreach (var (what, duration) in BadDurations()) yield return WrongCall.InField($"TTL {what}", "renew", "ttl", context => context.RenewAsync(context.Lease, duration));
    }

    private static IEnumerable<WrongCall> List()
    {
        yield return List("page size -1", "page_size", r => r.PageSize = -1);
        yield return List("page size 1001", "page_size", r => r.PageSize = 1001);
        foreach (var token in new[] { "x", "x.0", $"{NoTask}.0", $"{NoTask}", $"{NoTask}.-1", $"{NoTask}.0.0" }) yield return List($"page token {token}", "page_token", r => r.PageToken = token);
        yield return WrongCall.InField("page token negative", "list_leases", "page_token", context => context.ListAsync(r => r.PageToken = $"{context.Task.Id}.-1"));
        yield return WrongCall.InField(
            "page token beyond numbers", "list_leases", "page_token", context => context.ListAsync(r => r.PageToken = $"{context.Task.Id}.99999999999999999999"));
        yield return List("state unspecified", "states", r => r.States.Add(LeaseState.Unspecified));
        yield return List("state unknown", "states", r => r.States.Add((LeaseState)99));
        yield return List("NUL in the workload", "selector.workload", r => r.Selector.Workload = "agent\0/x");
        yield return List("9 KB of template", "selector.template", r => r.Selector.Template = new string('x', 9 * 1024));
        yield return List("risk unknown", "selector.risk", r => r.Selector.Risk = "extreme");
        yield return List("sensitivity unknown", "selector.sensitivity", r => r.Selector.Sensitivity = (V1.Sensitivity)99);
        yield return List("task malformed", "selector.task_id", r => r.Selector.TaskId = "x");
        yield return List("lease malformed", "selector.lease_id", r => r.Selector.LeaseId = "x");
        yield return List("instant impossible", "selector.issued_before", r => r.Selector.IssuedBefore = new Timestamp { Seconds = long.MaxValue });
        yield return List("instant unnormalised", "selector.issued_after", r => r.Selector.IssuedAfter = new Timestamp { Nanos = -1 });
    }

    private static IEnumerable<WrongCall> Tasks()
    {
        foreach (var id in new[] { "x", NoTask, NoLease })
        {
            yield return NotFound($"task {id}", "get_task", "TASK_NOT_FOUND", context => context.Task.ReadAsync(id));
            yield return NotFound($"task {id}", "end_task", "TASK_NOT_FOUND", context => context.EndAsync(new EndTaskRequest { TaskId = id }));
            yield return NotFound($"task {id}", "heartbeat", "TASK_NOT_FOUND", context => context.BeatAsync(new HeartbeatRequest { TaskId = id }));
        }

        yield return WrongCall.InField("long outcome", "end_task", "outcome", context => context.EndAsync(new EndTaskRequest { Outcome = TooLong }));
        foreach (var (what, wait) in BadDurations().Where(bad => bad.What != "zero").Append(("61 s", new Duration { Seconds = 61 })))
            yield return WrongCall.InField($"wait {what}", "end_task", "wait", context => context.EndAsync(new EndTaskRequest { Wait = wait }));
        yield return new WrongCall("evidence expired", "heartbeat", StatusCode.Unauthenticated, "ATTESTATION_FAILED", null, context =>
            context.BeatAsync(new HeartbeatRequest { Evidence = context.Site.EvidenceOf("agent/x", ttl: TimeSpan.FromMinutes(-1)) }));
    }

    private static IEnumerable<WrongCall> Watch()
    {
        const string verb = "watch_revocations";
        foreach (var cursor in new[] { "x", "****", new string('A', 9000), Convert.ToBase64String(Encoding.ASCII.GetBytes("epoch.1.2")) })
            yield return WrongCall.InField($"cursor {cursor[..1]}{cursor.Length}", verb, "cursor", context => context.WatchAsync(new() { Evidence = context.Site.EvidenceOf("service/orders"), Cursor = cursor }));
        yield return WrongCall.InField("no evidence", verb, "evidence", context => context.WatchAsync(new()));
        yield return new WrongCall("wrong audience", verb, StatusCode.Unauthenticated, "ATTESTATION_FAILED", null, context =>
            context.WatchAsync(new() { Evidence = context.Site.EvidenceOf("service/orders", "elsewhere") }));
        yield return new WrongCall("an agent", verb, StatusCode.PermissionDenied, "POLICY_DENIED", null, context =>
            context.WatchAsync(new() { Evidence = context.Site.EvidenceOf("agent/x") }));
    }

    private static IEnumerable<(string What, Duration Duration)> BadDurations() =>
    [
        ("zero", new Duration()),
        ("negative", new Duration { Seconds = -1 }),
        ("negative by nanoseconds", new Duration { Nanos = -1 }),
        ("over a day", new Duration { Seconds = 86_401 }),
        ("huge", new Duration { Seconds = 315_576_000_000 }),
        ("beyond protobuf", new Duration { Seconds = long.MaxValue }),
        ("least", new Duration { Seconds = long.MinValue }),
        ("unnormalised", new Duration { Seconds = 1, Nanos = 1_000_000_000 }),
        ("of two signs", new Duration { Seconds = 60, Nanos = -1 }),
    ];

    private static WrongCall Failed(string name, Action<OpenTaskRequest, BrokerSite> spoil) => new(
        "evidence " + name, "open_task", StatusCode.Unauthenticated, "ATTESTATION_FAILED", null, context => context.OpenAsync(r => spoil(r, context.Site)));

    private static WrongCall Open(string name, string field, Action<OpenTaskRequest> spoil) =>
        WrongCall.InField(name, "open_task", field, context => context.OpenAsync(spoil));

    private static WrongCall Child(string name, string field, Action<OpenTaskRequest> spoil) => WrongCall.InField(name, "open_task", field, context => context.OpenAsync(r =>
    {
        r.ParentTaskToken = context.Task.Token;
        r.Delegation.Add(new Delegation { Template = "orders-api" });
        spoil(r);
    }));

    private static WrongCall Issue(string name, string field, Action<IssueRequest> spoil) =>
        WrongCall.InField(name, "issue", field, context => context.IssueAsync(spoil));

    private static WrongCall Issue(string name, StatusCode code, string reason, Action<IssueRequest> spoil) =>
        new(name, "issue", code, reason, null, context => context.IssueAsync(spoil));

    private static WrongCall List(string name, string field, Action<ListLeasesRequest> spoil) =>
        WrongCall.InField(name, "list_leases", field, context => context.ListAsync(spoil));

    private static WrongCall NotFound(string name, string verb, string reason, Func<WrongCallContext, Task> call) =>
        new(name, verb, StatusCode.NotFound, reason, null, call);
}
