using System.Text;
using CredBroker.Attestation;
using CredBroker.Templates;
using CredBroker.Testing.Attestation;

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
            Assert.That(refused.Metadata["attested_subject"], Is.EqualTo(Subject));
        }
    }

    [Test]
    public async Task AttestAsync_RuleWithSelectors_IsCloserWhereAllOfThemAreAttested()
    {
        var attestor = new StubAttestor("stub") { Selectors = ["k8s:ns:payments", "k8s:pod:a/b"] };
        var closest = Rule("closest", "stub", Subject, "k8s:ns:payments", "k8s:pod:a/*");
        var plain = Rule("plain", "stub", Subject);

        Assert.That((await Attest(attestor, closest, plain)).Rule, Is.SameAs(closest));
        attestor.Selectors = ["k8s:ns:payments"];
        Assert.That((await Attest(attestor, closest, plain)).Rule, Is.SameAs(plain));
    }

    [TestCase("k8s:ns:payments2")]
    [TestCase("k8s:ns:payment")]
    [TestCase("k8s:NS:payments")]
    [TestCase("k8s:ns:payments/x")]
    [TestCase("k8s:pod:a/*")]
    public async Task AttestAsync_SelectorNotAttested_IsNoMatch(string wanted)
    {
        var attestor = new StubAttestor("stub") { Selectors = ["k8s:ns:payments", "k8s:pod:ab/c"] };

        Assert.That((await Refusal(attestor, Rule("near miss", "stub", Subject, wanted))).Message, Is.EqualTo("No workload rule matches the attested workload."));
    }

    [Test]
    public async Task AttestAsync_TwoRulesEquallyClose_AreNone()
    {
        var attestor = new StubAttestor("stub") { Selectors = ["k8s:ns:payments", "k8s:pod:a"] };
        var ns = Rule("by namespace", "stub", Subject, "k8s:ns:payments");
        var pod = Rule("by pod", "stub", Subject, "k8s:pod:a");

        Assert.That((await Refusal(attestor, ns, pod, Rule("plain", "stub", Subject))).Message, Is.EqualTo("Two workload rules match the attested workload equally well."));
        Assert.That((await Attest(attestor, ns, Rule("wide", "stub", "spiffe://acme.test/*", "k8s:pod:a"))).Rule, Is.SameAs(ns));
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
    [TestCase("spiffe://acme.test/agent/\u202etnega")]
    [TestCase("spiffe://acme.test/agent/x\u200b")]
    [TestCase("spiffe://acme.test/agent/../x")]
    [TestCase("")]
    public async Task AttestAsync_SubjectIsNotPlain_Refuses(string subject)
    {
        var attestor = new StubAttestor("stub") { Subject = subject };

        Assert.That((await Refusal(attestor, Rule("all", "stub", "spiffe://acme.test/*"))).Reason, Is.EqualTo(ErrorReason.AttestationFailed));
    }

    [Test]
    public async Task AttestAsync_GoodOnceAndRefusedForAnotherReason_IsNotUsedUp()
    {
        var memory = new MemoryReplays();
        var attestor = new StubAttestor("stub") { Use = SingleUse.Of("stub", "a-token", DateTimeOffset.MaxValue) };
        var evidence = new Evidence("stub", "x"u8.ToArray());
        var verb = new WorkloadAttestation(new AttestorRegistry([attestor]), new FixedCatalogue([Rule("all", "stub", "spiffe://acme.test/*") with { Proof = ProofDemand.Dpop }]), new AttestationLimits(), memory);

        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await verb.AttestAsync(evidence, default));

        Assert.That((refused!.Reason, memory.Used.Count), Is.EqualTo((ErrorReason.ProofInvalid, 0)));
        var proved = evidence with { Possession = new Possession(new ProofKey(ProofKind.Dpop, "a-key"), Proof: null) };
        await verb.AttestAsync(proved, default);
        Assert.That((await Assert.ThrowsAsync<RefusedException>(async () => await verb.AttestAsync(proved with { Possession = new Possession(new ProofKey(ProofKind.Dpop, "another"), Proof: null) }, default)))!.Message, Does.Contain("used before"));
    }

    [Test]
    public async Task AttestAsync_SubjectTooOften_IsRefusedAndOthersAreNot()
    {
        var limits = new AttestationLimits { PerSubject = new RateLimit(TimeProvider.System, perSecond: 1, burst: 2) };
        var attestor = new StubAttestor("stub");
        var verb = new WorkloadAttestation(new AttestorRegistry([attestor]), new FixedCatalogue([Rule("all", "stub", "spiffe://acme.test/*")]), limits, new MemoryReplays());
        var evidence = new Evidence("stub", "x"u8.ToArray());
        await verb.AttestAsync(evidence, default);
        await verb.AttestAsync(evidence, default);

        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await verb.AttestAsync(evidence, default));

        Assert.That((refused!.Reason, refused.RetryAfter > TimeSpan.Zero), Is.EqualTo((ErrorReason.RateLimited, true)));
        var other = new StubAttestor("other") { Subject = "spiffe://acme.test/agent/y" };
        await new WorkloadAttestation(new AttestorRegistry([other]), new FixedCatalogue([Rule("all", "other", "spiffe://acme.test/*")]), limits, new MemoryReplays())
            .AttestAsync(new Evidence("other", "x"u8.ToArray()), default);
    }

    [TestCase(ProofDemand.None, null, true)]
    [TestCase(ProofDemand.None, ProofKind.Mtls, true)]
    [TestCase(ProofDemand.Any, null, false)]
    [TestCase(ProofDemand.Any, ProofKind.Dpop, true)]
    [TestCase(ProofDemand.Any, ProofKind.Mtls, true)]
    [TestCase(ProofDemand.Dpop, ProofKind.Dpop, true)]
    [TestCase(ProofDemand.Dpop, ProofKind.Mtls, false)]
    [TestCase(ProofDemand.Dpop, null, false)]
    [TestCase(ProofDemand.Mtls, ProofKind.Mtls, true)]
    [TestCase(ProofDemand.Mtls, ProofKind.Dpop, false)]
    public async Task AttestAsync_RuleDemandsAProof_OnlyThatKindWillDo(ProofDemand demand, ProofKind? kind, bool isGood)
    {
        var key = kind is null ? null : new ProofKey(kind.Value, "thumbprint");
        var verb = Verb(new StubAttestor("stub"), Rule("all", "stub", "spiffe://acme.test/*") with { Proof = demand });
        var evidence = new Evidence("stub", "x"u8.ToArray()) { Possession = key is null ? null : new Possession(key, Proof: null) };

        if (isGood)
        {
            Assert.That((await verb.AttestAsync(evidence, default)).ProofKey, Is.EqualTo(key));
            return;
        }

        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await verb.AttestAsync(evidence, default));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.ProofInvalid));
    }

    [Test]
    public async Task AttestAsync_SameProofOnTwoReplicas_OneWins()
    {
        var memory = new MemoryReplays();
        var proof = SingleUse.Of("dpop thumbprint", "jti", DateTimeOffset.MaxValue);
        var evidence = new Evidence("stub", "x"u8.ToArray()) { Possession = new Possession(new ProofKey(ProofKind.Dpop, "thumbprint"), proof) };
        var replicas = Enumerable.Range(0, 2).Select(_ => new WorkloadAttestation(
            new AttestorRegistry([new StubAttestor("stub")]), new FixedCatalogue([Rule("all", "stub", "spiffe://acme.test/*")]), AttestationLimits.None, memory));

        var reasons = await Task.WhenAll(replicas.Select(replica => Task.Run(async () =>
        {
            try
            {
                await replica.AttestAsync(evidence, default);
                return null;
            }
            catch (RefusedException refused)
            {
                return (ErrorReason?)refused.Reason;
            }
        })));

        Assert.That(reasons, Is.EquivalentTo(new ErrorReason?[] { null, ErrorReason.ProofInvalid }));
    }

    [Test]
    public async Task AttestAsync_EvidenceRefused_RemembersNoProof()
    {
        var memory = new MemoryReplays();
        var proof = SingleUse.Of("dpop thumbprint", "jti", DateTimeOffset.MaxValue);
        var evidence = new Evidence("stub", "x"u8.ToArray()) { Possession = new Possession(new ProofKey(ProofKind.Dpop, "thumbprint"), proof) };
        var verb = new WorkloadAttestation(
            new AttestorRegistry([new StubAttestor("stub")]), new FixedCatalogue([Rule("other", "stub", "spiffe://acme.test/other")]), AttestationLimits.None, memory);

        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await verb.AttestAsync(evidence, default));

        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.AttestationFailed));
        Assert.That(memory.Used, Is.Empty);
    }

    private static Task<WorkloadIdentity> Attest(IAttestor attestor, params WorkloadRule[] rules) =>
        Verb(attestor, rules).AttestAsync(new Evidence(attestor.Name, Encoding.UTF8.GetBytes("evidence")), default).AsTask();

    private static async Task<RefusedException> Refusal(IAttestor attestor, params WorkloadRule[] rules) =>
        (await Assert.ThrowsAsync<RefusedException>(() => Attest(attestor, rules)))!;

    private static WorkloadAttestation Verb(IAttestor attestor, params WorkloadRule[] rules) =>
        new(new AttestorRegistry([attestor]), new FixedCatalogue(rules), AttestationLimits.None, new MemoryReplays());

    private static WorkloadRule Rule(string name, string attestor, string subject, params string[] selectors)
    {
        Assert.That(SubjectPattern.TryParse(subject, out var pattern), Is.True);
        var minute = TimeSpan.FromMinutes(1);
        return new WorkloadRule(name, attestor, pattern, $"tenant of {name}", WorkloadKind.Agent, minute, minute, minute, minute, [])
        {
            Selectors = [.. selectors.Select(SelectorPattern.Parse)],
        };
    }

    private sealed class FixedCatalogue(IReadOnlyList<WorkloadRule> rules) : ITemplateCatalogue
    {
        public CatalogueSnapshot Current { get; } = new("0", new Dictionary<string, Template>(), new Dictionary<string, Target>(), rules);
    }
}
