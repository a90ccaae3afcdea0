using System.Buffers.Text;
using System.Text;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Server.Jose;
using CredBroker.Testing.Attestation;
using CredBroker.Tokens;

namespace CredBroker.Server.Tests.Fuzzing;

/// <summary>Whole attestors, and what else proves something: nothing but a refusal comes out, and nothing that was damaged proves anything.</summary>
internal static class AttestorTargets
{
    /// <summary>An attestor whose evidence is a JWT.</summary>
    public static Task<FuzzTarget> OfJwtAsync(IJwtAttestorUnderTest tested) => OfAsync(tested, DamageJws);

    /// <summary>An attestor whose evidence is a JSON document.</summary>
    public static Task<FuzzTarget> OfJsonAsync(IAttestorUnderTest tested) =>
        OfAsync(tested, (good, random) => random.Next(2) == 0 ? Damage.Of(good, random) : DamagedJson.Of(good, random));

    /// <summary>An attestor of any kind, by its payload.</summary>
    public static Task<FuzzTarget> OfAsync(IAttestorUnderTest tested) => OfAsync(tested, Damage.Of);

    /// <summary>A DPoP proof.</summary>
    public static FuzzTarget OfProof(TestDpop caller)
    {
        var good = Encoding.ASCII.GetBytes(caller.Prove("POST", "https://broker.test/x"));
        return new FuzzTarget("dpop proof", good, bytes => ValueTask.FromResult(DpopProof.Read(Encoding.Latin1.GetString(bytes)) is not null))
        {
            Make = random => random.Next(16) == 0 ? Damage.Rubbish(random) : DamageJws(good, random),
            IsRefusal = fault => fault is JwtFault,
            Proves = true,
        };
    }

    /// <summary>A challenge.</summary>
    public static FuzzTarget OfChallenge(ISigningKeyRing ring, TimeProvider time)
    {
        var stamps = new Stamps(ring, time);
        var good = Encoding.ASCII.GetBytes(stamps.Make("challenge", ["x"], TimeSpan.FromDays(1)).Text);
        return new FuzzTarget("challenge", good, bytes => ValueTask.FromResult(stamps.Read(Encoding.UTF8.GetString(bytes), "challenge", ["x"]) is not null)) { Proves = true };
    }

    /// <summary>Whether an attestor refuses as it must.</summary>
    public static bool IsRefusal(Exception fault) => fault is RefusedException { Reason: ErrorReason.AttestationFailed or ErrorReason.ChallengeInvalid };

    /// <summary>Shows evidence to an attestor.</summary>
    public static async ValueTask<bool> ShowAsync(IAttestorUnderTest tested, Evidence evidence) =>
        (await tested.Attestor.AttestAsync(evidence, CancellationToken.None)).Subject == tested.Subject;

    private static async Task<FuzzTarget> OfAsync(IAttestorUnderTest tested, Func<byte[], Random, byte[]> damage)
    {
        var (first, evidence) = (await tested.MakeEvidenceAsync(), await tested.MakeEvidenceAsync());
        var good = evidence.Payload.ToArray();
        return new FuzzTarget(tested.Attestor.Name, good, async payload =>
        {
            await ShowAsync(tested, evidence with { Payload = payload });
            return true;
        })
        {
            ShowFirst = () => ShowAsync(tested, first),
            Make = random => random.Next(16) == 0 ? Damage.Rubbish(random) : damage(good, random),
            IsRefusal = IsRefusal,
            Proves = true,
            IsSame = payload => tested.IsSame(good, payload),
        };
    }

    /// <summary>A JWS that is damaged from outside, or inside and wrapped again.</summary>
    private static byte[] DamageJws(byte[] good, Random random)
    {
        var parts = Encoding.ASCII.GetString(good).Split('.').Select(part => Base64Url.DecodeFromChars(part)).ToArray();
        switch (random.Next(8))
        {
            case 0: parts[0] = Damage.Of(parts[0], random); break;
            case 1: parts[1] = Damage.Of(parts[1], random); break;
            case 2: parts[2] = Damage.Of(parts[2], random); break;
            case 3: (parts[0], parts[1]) = (Damage.Of(parts[0], random), Damage.Of(parts[1], random)); break;
            case 4: parts[2] = random.GetItems<byte>([0, 1, 127, 255], parts[2].Length); break;
            default: return Damage.Of(good, random);
        }

        return Encoding.ASCII.GetBytes(string.Join('.', parts.Select(part => Base64Url.EncodeToString(part))));
    }
}
