using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Server.Storage.Redis;

/// <summary>A script in the dialect of one store, with the name that the store knows it by.</summary>
internal sealed class ScriptText(string text)
{
    public string Text { get; } = text;

    /// <summary>What EVALSHA takes.</summary>
#pragma warning disable CA5350 // The protocol prescribes SHA-1 as the name of a script; nothing is proved by it.
    public byte[] Digest { get; } = SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
}
