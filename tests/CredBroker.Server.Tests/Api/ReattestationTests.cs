using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;

namespace CredBroker.Server.Tests.Api;

[TestFixture, Category("Server")]
internal sealed class ReattestationTests : ServerFixture
{
    [Test]
    public async Task Heartbeat_FreshEvidenceOfTheSameSubject_IssuingGoesOn()
    {
        var workload = BrokerCalls.SomeAgent("hasty");
        var opened = await Calls.OpenAsync(workload);
        var lease = (await opened.IssueAsync()).Lease.Id;
        await UntilAttestationIsOverAsync(opened);
        await Refused.WithAsync(
            StatusCode.Unauthenticated, "ATTESTATION_EXPIRED",
            () => Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = lease }, opened.Auth).ResponseAsync);

        var beat = await Calls.Tasks.HeartbeatAsync(new HeartbeatRequest { Evidence = Broker.Site.EvidenceOf(workload) }, opened.Auth);

        Assert.That(beat.AttestedUntil, Is.Not.Null);
        Assert.That((await opened.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task Heartbeat_WithoutEvidence_DoesNotRenewTheAttestation()
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent("hasty"));
        var first = await Calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), opened.Auth);

        var second = await Calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), opened.Auth);

        Assert.That(second.AttestedUntil, Is.EqualTo(first.AttestedUntil));
    }

    [TestCase("agent"), TestCase("carrier")]
    public async Task Heartbeat_EvidenceOfAnotherSubject_SealsTheTaskAndRevokesItsLeases(string kind)
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent());
        var lease = (await opened.IssueAsync()).Lease.Id;
        var other = BrokerCalls.SomeAgent(kind);

        await Refused.WithAsync(
            StatusCode.Unauthenticated, "ATTESTATION_FAILED",
            () => Calls.Tasks.HeartbeatAsync(new HeartbeatRequest { Evidence = Broker.Site.EvidenceOf(other) }, opened.Auth).ResponseAsync);

        var line = Broker.Site.ReadAudit().Last(line => (string?)line["type"] == "refused" && (string?)line["task"] == opened.Id);
        Assert.That((string?)line["details"]!["attested_subject"], Is.EqualTo($"spiffe://acme.test/{other}"), "the trail names who came with the token");

        await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => opened.IssueAsync());
        await opened.UntilLeaseAsync(lease, LeaseState.Revoked);
        await Eventually.IsTrueAsync(async () => (await opened.ReadAsync()).State == TaskState.Ended, "the task has ended");
    }

    [Test]
    public async Task Heartbeat_BadEvidence_RefusedAndTheTaskLives()
    {
        var workload = BrokerCalls.SomeAgent();
        var opened = await Calls.OpenAsync(workload);

        await Refused.WithAsync(
            StatusCode.Unauthenticated, "ATTESTATION_FAILED",
            () => Calls.Tasks.HeartbeatAsync(new HeartbeatRequest { Evidence = Broker.Site.EvidenceOf(workload, "elsewhere") }, opened.Auth).ResponseAsync);

        Assert.That((await opened.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    private static Task UntilAttestationIsOverAsync(OpenedTask opened) => Eventually.IsTrueAsync(
        async () =>
        {
            try
            {
                await opened.IssueAsync("invoices-api");
                return false;
            }
            catch (RpcException refusal)
            {
                return refusal.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason == "ATTESTATION_EXPIRED";
            }
        },
        "the attestation is over");
}
