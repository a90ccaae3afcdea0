using System.Text;
using CredBroker.Attestation;
using CredBroker.Templates;

namespace CredBroker.Tests.Attestation;

[Category("Unit")]
public sealed class WorkloadAttestationTests
{
    private const string Subject = "spiffe://acme.test/agent/x";

    [Test]
    public async Task AttestAsync_RuleMatches_GivesTenantAndKindOfTheRule()
    {
        var rule = Rule("agents", "stub", "spiffe://acme.test/agent/*");

        var identity = await Attest(new StubAttestor("stub"), rule);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(identity.Rule, Is.SameAs(rule));
            Assert.That(identity.Subject, Is.EqualTo(Subject));
            Assert.That(identity.Attestor, Is.EqualTo("stub"));
            Assert.That(identity.Tenant, Is.EqualTo("tenant of agents"));
            Assert.That(identity.Kind, Is.EqualTo(WorkloadKind.Agent));
            Assert.That(identity.Selectors.Single(), Is.EqualTo("spiffe:path:/agent/x"));
            Assert.That(identity.EvidenceDigest, Is.EqualTo("digest"));
            Assert.That(identity.EvidenceExpiry, Is.EqualTo(DateTimeOffset.UnixEpoch));
            Assert.That(identity.KeyThumbprint, Is.EqualTo("jkt"));
        }
    }

    [Test]
    public async Task AttestAsync_TwoRulesMatch_TakesTheFirst()
    {
        var identity = await Attest(new StubAttestor("stub"), Rule("exact", "stub", Subject), Rule("wide", "stub", "spiffe://acme.test/*"));

        Assert.That(identity.Rule.Name, Is.EqualTo("exact"));
    }

    [TestCase("other", Subject)]
    [TestCase("STUB", Subject)]
    [TestCase("stub", "spiffe://acme.test/agent-admin/*")]
    [TestCase("stub", "spiffe://acme.test/agent/x/*")]
    [TestCase("stub", "spiffe://acme.tes/agent/x")]
    public async Task AttestAsync_NoRuleMatches_RefusesAndNamesTheSubject(string attestor, string pattern)
    {
        var refused = await Refusal(new StubAttestor("stub"), Rule("near miss", attestor, pattern));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Reason, Is.EqualTo(ErrorReason.AttestationFailed));
            Assert.That(refused.Metadata["subject"], Is.EqualTo(Subject));
        }
    }

    [TestCase(0)]
    [TestCase(Evidence.MaxPayloadBytes + 1)]
    public async Task AttestAsync_EmptyOrHugePayload_RefusesWithoutAskingTheAttestor(int length)
    {
        var attestor = new StubAttestor("stub");
        var verb = Verb(attestor, Rule("agents", "stub", Subject));

        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await verb.AttestAsync(new Evidence("stub", new byte[length]), default));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Reason, Is.EqualTo(ErrorReason.AttestationFailed));
            Assert.That(attestor.Calls, Is.Zero);
        }
    }

    [TestCase("")]
    [TestCase("Stub")]
    [TestCase("nobody")]
    public async Task AttestAsync_UnknownAttestor_Refuses(string name)
    {
        var verb = Verb(new StubAttestor("stub"), Rule("agents", "stub", Subject));

        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await verb.AttestAsync(new Evidence(name, "x"u8.ToArray()), default));

        Assert.That(refused.Reason, Is.EqualTo(ErrorReason.AttestationFailed));
    }

    [Test]
    public async Task AttestAsync_AttestorRefuses_PassesTheRefusalOn()
    {
        var refusal = new RefusedException(ErrorReason.VerifierUnavailable, "not now");

        Assert.That(await Refusal(new StubAttestor("stub") { Refusal = refusal }, Rule("agents", "stub", Subject)), Is.SameAs(refusal));
    }

    [TestCase("spiffe:path:/agent/x\nadmin:true")]
    [TestCase("spiffe:path:/agent/../admin")]
    [TestCase("k8s:label:{{ secret }}")]
    [TestCase("k8s:label:${SECRET}")]
    [TestCase("no-colon")]
    [TestCase(":value")]
    [TestCase("name:")]
    [TestCase("")]
    public async Task AttestAsync_SelectorIsNotPlain_Refuses(string selector)
    {
        var attestor = new StubAttestor("stub") { Selectors = ["good:one", selector] };

        Assert.That((await Refusal(attestor, Rule("agents", "stub", Subject))).Reason, Is.EqualTo(ErrorReason.AttestationFailed));
    }

    [TestCase("spiffe://acme.test/agent/x\u2028")]
    [TestCase("spiffe://acme.test/agent/../x")]
    [TestCase("")]
    public async Task AttestAsync_SubjectIsNotPlain_Refuses(string subject)
    {
        var attestor = new StubAttestor("stub") { Subject = subject };

        Assert.That((await Refusal(attestor, Rule("all", "stub", "spiffe://acme.test/*"))).Reason, Is.EqualTo(ErrorReason.AttestationFailed));
    }

    private static Task<WorkloadIdentity> Attest(IAttestor attestor, params WorkloadRule[] rules) =>
        Verb(attestor, rules).AttestAsync(new Evidence(attestor.Name, Encoding.UTF8.GetBytes("evidence")), default).AsTask();

    private static async Task<RefusedException> Refusal(IAttestor attestor, params WorkloadRule[] rules) =>
        (await Assert.ThrowsAsync<RefusedException>(() => Attest(attestor, rules)))!;

    private static WorkloadAttestation Verb(IAttestor attestor, params WorkloadRule[] rules) =>
        new(new AttestorRegistry([attestor]), new FixedCatalogue(rules));

    private static WorkloadRule Rule(string name, string attestor, string subject)
    {
        Assert.That(SubjectPattern.TryParse(subject, out var pattern), Is.True);
        var minute = TimeSpan.FromMinutes(1);
        return new WorkloadRule(name, attestor, pattern, $"tenant of {name}", WorkloadKind.Agent, minute, minute, minute, minute, []);
    }

    private sealed class FixedCatalogue(IReadOnlyList<WorkloadRule> rules) : ITemplateCatalogue
    {
        public CatalogueSnapshot Current { get; } = new("0", new Dictionary<string, Template>(), new Dictionary<string, Target>(), rules);
    }
}
