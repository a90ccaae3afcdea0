using System.Collections.Frozen;
using CredBroker.Protocol.V1;
using Grpc.Health.V1;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace CredBroker.Server.Access;

/// <summary>The one table of who may call what. What does not stand in it is refused, and a test fails for it.</summary>
internal static class RpcAccess
{
    private const OperatorRole Viewer = OperatorRole.Viewer;
    private const OperatorRole Responder = OperatorRole.Responder;
    private const OperatorRole Approver = OperatorRole.Approver;
    private const OperatorRole PlatformAdmin = OperatorRole.PlatformAdmin;

    private static readonly FrozenDictionary<string, AccessRule> Rules = new[]
    {
        Of(AttestationService.Descriptor, ("GetChallenge", AccessRule.Anonymous)),
        Of(
            TaskService.Descriptor,
            ("OpenTask", AccessRule.Anonymous),
            ("Heartbeat", AccessRule.TaskToken),
            ("KeepAlive", AccessRule.TaskToken),
            ("EndTask", AccessRule.TaskTokenOrOperator(Responder)),
            ("GetTask", AccessRule.TaskTokenOrOperator(Viewer)),
            ("ListTasks", AccessRule.TaskTokenOrOperator(Viewer))),
        Of(
            CredentialService.Descriptor,
            ("Issue", AccessRule.TaskToken),
            ("Renew", AccessRule.TaskToken),
            ("Release", AccessRule.TaskToken),
            ("AuthorizeToolCall", AccessRule.TaskToken),
            ("ReportActivity", AccessRule.TaskToken),
            ("StreamActivity", AccessRule.TaskToken)),
        Of(
            LeaseService.Descriptor,
            ("ListLeases", AccessRule.TaskTokenOrOperator(Viewer)),
            ("GetLease", AccessRule.TaskTokenOrOperator(Viewer))),
        Of(
            RevocationService.Descriptor,
            ("Preview", AccessRule.Operator(Viewer)),
            ("Revoke", AccessRule.Operator(Responder)),
            ("GetOrder", AccessRule.Operator(Viewer)),
            ("WatchOrder", AccessRule.Operator(Viewer)),
            ("ListFences", AccessRule.Operator(Viewer)),
            ("LiftFence", AccessRule.Operator(Responder)),
            ("ListQuarantines", AccessRule.Operator(Viewer)),
            ("ReleaseQuarantine", AccessRule.Operator(Responder)),
            ("ListDeadLetters", AccessRule.Operator(Viewer)),
            ("RetryDeadLetter", AccessRule.Operator(Responder))),
        Of(RevocationFeedService.Descriptor, ("WatchRevocations", AccessRule.Anonymous)),
        Of(
            ApprovalService.Descriptor,
            ("ListApprovals", AccessRule.Operator(Approver)),
            ("Decide", AccessRule.Operator(Approver)),
            ("WatchApprovals", AccessRule.Operator(Approver))),
        Of(
            GovernanceService.Descriptor,
            ("ListTemplates", AccessRule.Operator(Viewer)),
            ("GetTemplate", AccessRule.Operator(Viewer)),
            ("Explain", AccessRule.Operator(Viewer)),
            ("PreviewTightening", AccessRule.Operator(Responder)),
            ("ApplyTightening", AccessRule.OperatorEverywhere(PlatformAdmin)),
            ("GetStatus", AccessRule.Anonymous),
            ("RotateSigningKey", AccessRule.OperatorEverywhere(PlatformAdmin)),
            ("ResetClock", AccessRule.OperatorEverywhere(PlatformAdmin))),
        Of(AuditService.Descriptor, ("Search", AccessRule.Operator(Viewer)), ("Export", AccessRule.Operator(Viewer))),
        Of(Health.Descriptor, ("Check", AccessRule.Anonymous), ("Watch", AccessRule.Anonymous)),
    }.SelectMany(service => service).ToFrozenDictionary(rule => rule.Method, rule => rule.Rule, StringComparer.Ordinal);

    /// <summary>Every method of the table.</summary>
    public static IEnumerable<string> Methods => Rules.Keys;

    /// <summary>The rule of a method, <c>/package.Service/Method</c>; null where there is none.</summary>
    public static AccessRule? Of(string method) => Rules.GetValueOrDefault(method);

    private static IEnumerable<(string Method, AccessRule Rule)> Of(ServiceDescriptor service, params (string Method, AccessRule Rule)[] rules) =>
        rules.Select(rule => ($"/{service.FullName}/{rule.Method}", rule.Rule));
}
