using System.Text;

namespace CredBroker.Testing.Attestation;

/// <summary>Damages bytes the way that parsers do not like.</summary>
public static class Damage
{
    private static readonly string[] Splinters =
        ["\"", "{", "}", "[", "]", ",", ":", "\\", "\\u0000", "null", "1e999", "-0", "\"alg\":\"none\"", "\"crit\":[]", "\ud83d\ude00", "\u0000", "..", "eyJ", "=", " "];

    /// <summary>The same with one to three faults; now and then they take each other back.</summary>
    public static byte[] Of(byte[] whole, Random random)
    {
        var bytes = whole.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            if (bytes.Count == 0) bytes.Add((byte)'.');
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveAt(at); break;
                case 3: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Splinters[random.Next(Splinters.Length)])); break;
                case 4: bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at))); break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Bytes that never were anything.</summary>
    public static byte[] Rubbish(Random random)
    {
        var bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return bytes;
    }
}
