using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CredBroker;

/// <summary>
/// How tasks are spread over the store. A root task, the tasks below it and all their leases share one bucket, so that
/// sealing a whole tree touches one slot of a cluster.
/// </summary>
public static class Buckets
{
    /// <summary>How many there are. Fixed when a store is first used; another number is refused at start.</summary>
    public const int Count = 128;

    /// <summary>The bucket of some parts: the first four bytes of their SHA-256, modulo <see cref="Count"/>.</summary>
    public static int Of(params ReadOnlySpan<string> parts)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)), digest);
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(digest) % Count);
    }
}
