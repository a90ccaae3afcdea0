using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Tasks;

/// <summary>
/// The opaque bearer token of one task: <c>cbt_</c>, the task id, a dot, 256 random bits in base64url. The store keeps
/// only a hash of the secret. The text leaves through <see cref="Reveal"/> and nothing else.
/// </summary>
public sealed class TaskToken
{
    private const string Prefix = "cbt_";
    private const int SecretBytes = 32;
    private const int SecretChars = 43;
    private const int HashChars = 64;
    private readonly string _text;

    private TaskToken(string text, TaskId taskId, string secretHash)
    {
        _text = text;
        TaskId = taskId;
        SecretHash = secretHash;
    }

    /// <summary>The task that it is for.</summary>
    public TaskId TaskId { get; }

    /// <summary>
    /// What the store compares: SHA-256 of the secret, lower-case hex, and after a blank the key that was proved with it. Whoever has
    /// the token without the key it is bound to has another text here.
    /// </summary>
    public string SecretHash { get; }

    /// <summary>The key that its bearer proved to hold; null = none.</summary>
    public ProofKey? Key => KeyIn(SecretHash);

    /// <summary>A new token for a task.</summary>
    public static TaskToken New(TaskId taskId)
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(secret);
        var encoded = Base64Url.EncodeToString(secret);
        return new TaskToken($"{Prefix}{taskId.Value}.{encoded}", taskId, Hash(encoded));
    }

    /// <summary>The same token with a key that its bearer proved to hold; null = with none.</summary>
    public TaskToken BoundTo(ProofKey? key) => new(_text, TaskId, key is null ? SecretHash[..HashChars] : $"{SecretHash[..HashChars]} {key.Text}");

    /// <summary>The key in a <see cref="SecretHash"/>, if any.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ProofKey? KeyIn(string secretHash) => secretHash.Length <= HashChars ? null : ProofKey.Parse(secretHash[(HashChars + 1)..]);

    /// <summary>The same secret for another task: the one that a repeated request turned out to belong to.</summary>
    public TaskToken ForTask(TaskId taskId) => new($"{Prefix}{taskId.Value}.{_text[^SecretChars..]}", taskId, SecretHash);

    /// <summary>Reads a token; false where it is not of the exact form. Whether it is the task's is for the store to say.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out TaskToken? token)
    {
        token = null;
        if (!IsMeantAsOne(text)) return false;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || text.Length - dot - 1 != SecretChars) return false;
        if (!TaskId.TryParse(text[Prefix.Length..dot], out var taskId) || taskId.Bucket >= Buckets.Count) return false;
        var secret = text[(dot + 1)..];
        foreach (var c in secret)
            if (!char.IsAsciiLetterOrDigit(c) && c is not '-' and not '_') return false;
        token = new TaskToken(text, taskId, Hash(secret));
        return true;
    }

    /// <summary>Whether a text says that it is a task token, well-formed or not.</summary>
    public static bool IsMeantAsOne([NotNullWhen(true)] string? text) => text is not null && text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether the hash that the store keeps is this token's; takes the same time either way.</summary>
    public bool Matches(string storedHash) => CryptographicOperations.FixedTimeEquals(
        MemoryMarshal.AsBytes(SecretHash.AsSpan()), MemoryMarshal.AsBytes(storedHash.AsSpan()));

    /// <summary>The token as it goes to its owner, once.</summary>
    public string Reveal() => _text;

    /// <inheritdoc/>
    public override string ToString() => $"{Prefix}{TaskId}.[redacted]";

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));
}
