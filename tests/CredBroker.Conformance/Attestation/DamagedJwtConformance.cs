using System.Buffers.Text;
using System.Text;
using CredBroker.Testing.Attestation;

namespace CredBroker.Conformance.Attestation;

/// <summary>
/// Tens of thousands of damaged JWTs, from a seed that is printed: none is accepted, and nothing but a refusal comes out.
/// One half is damaged after signing, the other half is damaged inside and then truly signed by a stranger.
/// </summary>
public abstract class DamagedJwtConformance(IJwtAttestorForm form) : JwtAttestorConformance(form)
{
    private const int Rounds = 25_000;

    [Test]
    public async Task AttestAsync_DamagedAfterSigning_IsRefused()
    {
        var random = Seeded(20260301);
        var good = Encoding.ASCII.GetBytes(Good());
        var refusals = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Rounds; i++)
        {
            var damaged = Damage.Of(good, random);
            if (damaged.AsSpan().SequenceEqual(good)) continue;
            await ExpectRefusal(damaged, refusals);
        }

        Report(refusals, atLeast: 5);
        await AttestAsync(good);
    }

    [Test]
    public async Task AttestAsync_DamagedInsideAndSignedByAStranger_IsRefused()
    {
        using var stranger = TestSigningKey.For("ES256");
        var random = Seeded(20260302);
        var header = Encoding.UTF8.GetBytes(Tested.Header().ToJsonString());
        var claims = Encoding.UTF8.GetBytes(Tested.Claims().ToJsonString());
        var refusals = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Rounds; i++)
        {
            var which = random.Next(3);
            var input = Base64Url.EncodeToString(which == 1 ? header : Damage.Of(header, random)) + "." +
                Base64Url.EncodeToString(which == 0 ? claims : Damage.Of(claims, random));
            // Signing is the dear part, and only what gets past the reading is ever verified.
            var signature = i % 10 == 0 ? stranger.Sign(Encoding.ASCII.GetBytes(input)) : random.GetItems<byte>([0, 1, 127, 255], 64);
            await ExpectRefusal(Encoding.ASCII.GetBytes($"{input}.{Base64Url.EncodeToString(signature)}"), refusals);
        }

        Report(refusals, atLeast: 12);
    }

    private static Random Seeded(int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    private async Task ExpectRefusal(byte[] payload, Dictionary<string, int> refusals)
    {
        try
        {
            await AttestAsync(payload);
            Assert.Fail($"Accepted: {Convert.ToBase64String(payload)}");
        }
        catch (RefusedException refused)
        {
            Assert.That(refused.Reason, Is.EqualTo(ErrorReason.AttestationFailed));
            refusals[refused.Message] = refusals.GetValueOrDefault(refused.Message) + 1;
        }
    }

    // A mutator that always trips over the same stone would prove little; and the net under the attestor must stay empty.
    private void Report(Dictionary<string, int> refusals, int atLeast)
    {
        foreach (var (message, count) in refusals.OrderByDescending(pair => pair.Value)) TestContext.Out.WriteLine($"{count,6} {message}");
        Assert.That(refusals, Has.Count.GreaterThanOrEqualTo(atLeast));
        Assert.That(refusals.Values.Sum(), Is.GreaterThanOrEqualTo(20_000));
        Assert.That(Tested.UnforeseenFaults, Is.Zero);
    }
}
