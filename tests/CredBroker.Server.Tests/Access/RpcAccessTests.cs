using System.Reflection;
using CredBroker.Protocol.V1;
using CredBroker.Server.Access;
using Google.Protobuf.Reflection;

namespace CredBroker.Server.Tests.Access;

[TestFixture, Category("Unit")]
public sealed class RpcAccessTests
{
    private static IEnumerable<string> ProtocolMethods => typeof(TaskService).Assembly.GetTypes()
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ServiceDescriptor)
        .OfType<ServiceDescriptor>()
        .SelectMany(MethodsOf);

    private static IEnumerable<string> OtherMethods => MethodsOf(Grpc.Health.V1.Health.Descriptor);

    [Test]
    public void Table_OfTheProtocol_HasEveryMethodAndNoOther()
    {
        Assert.Multiple(() =>
        {
            Assert.That(ProtocolMethods.Count(), Is.GreaterThan(30), "The protocol was not found.");
            Assert.That(RpcAccess.Methods, Is.EquivalentTo(ProtocolMethods.Concat(OtherMethods)));
        });
    }

    [Test]
    public void Table_ForAnybody_OnlyWhatCarriesItsOwnProofOrTellsNothing()
    {
        var anonymous = ProtocolMethods.Where(method => RpcAccess.Of(method) == AccessRule.Anonymous);

        Assert.That(anonymous, Is.EquivalentTo(new[]
        {
            "/credbroker.v1.AttestationService/GetChallenge",
            "/credbroker.v1.TaskService/OpenTask",
            "/credbroker.v1.RevocationFeedService/WatchRevocations",
            "/credbroker.v1.GovernanceService/GetStatus",
        }));
    }

    [TestCase("RevocationService/Revoke", OperatorRole.Responder, false)]
    [TestCase("RevocationService/RetryDeadLetter", OperatorRole.Responder, false)]
    [TestCase("RevocationService/LiftFence", OperatorRole.Responder, false)]
    [TestCase("RevocationService/Preview", OperatorRole.Viewer, false)]
    [TestCase("ApprovalService/Decide", OperatorRole.Approver, false)]
    [TestCase("GovernanceService/RotateSigningKey", OperatorRole.PlatformAdmin, false)]
    [TestCase("GovernanceService/ResetClock", OperatorRole.PlatformAdmin, false)]
    [TestCase("GovernanceService/PreviewTightening", OperatorRole.Responder, false)]
    [TestCase("GovernanceService/ApplyTightening", OperatorRole.PlatformAdmin, false)]
    [TestCase("AuditService/Search", OperatorRole.Viewer, false)]
    [TestCase("TaskService/EndTask", OperatorRole.Responder, true)]
    [TestCase("TaskService/ListTasks", OperatorRole.Viewer, true)]
    [TestCase("LeaseService/ListLeases", OperatorRole.Viewer, true)]
    public void Rule_OfAnOperatorsCall_NeedsThatRole(string method, OperatorRole role, bool takesTaskToken)
    {
        var rule = RpcAccess.Of($"/credbroker.v1.{method}")!;

        Assert.Multiple(() =>
        {
            Assert.That(rule.Role, Is.EqualTo(role));
            Assert.That(rule.TakesTaskToken, Is.EqualTo(takesTaskToken));
        });
    }

    [Test]
    public void Rule_OfCredentials_NeverForOperators() => Assert.That(
        MethodsOf(CredentialService.Descriptor).Where(method => RpcAccess.Of(method) != AccessRule.TaskToken), Is.Empty);

    [Test]
    public void Admits_WhatConcernsEveryTenant_NotTheAdminOfOne()
    {
        var rule = RpcAccess.Of("/credbroker.v1.GovernanceService/RotateSigningKey")!;

        Assert.Multiple(() =>
        {
            Assert.That(rule.Admits(AdminOf("payments")), Is.False);
            Assert.That(rule.Admits(AdminOf("*")), Is.True);
        });
    }

    private static Operator AdminOf(string tenant) => new("root", [new RoleBinding("root", OperatorRole.PlatformAdmin, tenant)]);

    private static IEnumerable<string> MethodsOf(ServiceDescriptor service) => service.Methods.Select(method => $"/{service.FullName}/{method.Name}");
}
