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

    private static readonly string[] Tokens =
        ["\"", "{", "}", "[", "]", ",", ":", "\\", "\\u0000", "null", "1e999", "-0", "\"alg\":\"none\"", "\"crit\":[]", "\ud83d\ude00", "\u0000", "..", "eyJ", "=", " "];

    [Test]
    public async Task AttestAsync_DamagedAfterSigning_IsRefused()
    {
        var random = Seeded(20260301);
        var good = Encoding.ASCII.GetBytes(Good());
        var refusals = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Rounds; i++)
        {
            var damaged = Damage(good, random);
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
            var input = Base64Url.EncodeToString(which == 1 ? header : Damage(header, random)) + "." +
                Base64Url.EncodeToString(which == 0 ? claims : Damage(claims, random));
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

    private static byte[] Damage(byte[] whole, Random random)
    {
        var bytes = whole.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveAt(at); break;
                case 3: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)])); break;
                case 4: bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at))); break;
            }

            if (bytes.Count == 0) bytes.Add((byte)'.');
        }

        return [.. bytes];
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
