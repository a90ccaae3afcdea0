using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Server.Attestation.AwsIam;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Attestation.AwsIam;

/// <summary>The attestor with an STS on loopback that verifies signatures itself, and a clock that the test holds.</summary>
internal sealed class AwsIamUnderTest : IAttestorUnderTest
{
    public const string KeyId = "ASIAEXAMPLE";
    public const string Secret = "the-secret-access-key";
    public const string SessionToken = "the/session+token==";
    public const string Account = "123456789012";

    private readonly SecurityTokenService _service;

    private AwsIamUnderTest(FakeSts sts, FakeTimeProvider time)
    {
        (Sts, Time) = (sts, time);
        sts.Keys[KeyId] = (Secret, SessionToken, $"arn:aws:sts::{Account}:assumed-role/orders/i-0abc", "AROAEXAMPLE:i-0abc");
        Options.Accounts.Add(Account);
        Options.Endpoints.Add(sts.Address);
        Assert.That(Options.Faults(), Is.Empty);
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        Challenges = TestChallenges.Of(time, Replays);
        _service = new SecurityTokenService(options, ServiceLog);
        Attestor = new AwsIamAttestor(_service, Challenges, options, Log);
    }

    public FakeSts Sts { get; }

    public FakeTimeProvider Time { get; }

    public MemoryReplays Replays { get; } = new();

    public Challenges Challenges { get; }

    public AwsIamOptions Options { get; } = new();

    public FakeLogger<AwsIamAttestor> Log { get; } = new();

    public FakeLogger<SecurityTokenService> ServiceLog { get; } = new();

    public IAttestor Attestor { get; }

    public string Subject => $"aws://{Account}/assumed-role/orders/i-0abc";

    public bool IsSingleUse => true;

    public int UnforeseenFaults => Log.Collector.Count;

    public static async Task<AwsIamUnderTest> StartAsync()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        return new AwsIamUnderTest(await FakeSts.StartAsync(time), time);
    }

    public Task<Evidence> MakeEvidenceAsync() => Task.FromResult(EvidenceOf(Signed()));

    public bool IsSame(ReadOnlyMemory<byte> good, byte[] damaged) => SameJson.Is(good, damaged);

    /// <summary>A request that is good in every respect, to be changed after it was signed.</summary>
    public JsonObject Signed(string body = FakeSts.GetCallerIdentity, string? leaveOut = null, string service = "sts", string? challenge = null) =>
        Sts.Request(KeyId, challenge ?? Challenges.New("aws_iam", "").Text, body, leaveOut, service);

    public static Evidence EvidenceOf(JsonObject request) => EvidenceOf(request.ToJsonString());

    public static Evidence EvidenceOf(string json) => new("aws_iam", Encoding.UTF8.GetBytes(json));

    public Task<AttestedSubject> AttestAsync(Evidence evidence) => Attestor.AttestAsync(evidence, CancellationToken.None).AsTask();

    public Task<string> FaultOf(JsonObject request) => AttestorConformance.FaultOf(Attestor, EvidenceOf(request));

    public async ValueTask DisposeAsync()
    {
        _service.Dispose();
        await Sts.DisposeAsync();
    }
}
