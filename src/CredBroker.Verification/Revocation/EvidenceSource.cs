using CredBroker.Protocol.V1;
using Google.Protobuf;

namespace CredBroker.Verification.Revocation;

/// <summary>This service's own evidence, fresh for each connection.</summary>
internal sealed class EvidenceSource(CredBrokerVerificationOptions options)
{
    private const int MaxLength = 16 * 1024;

    /// <exception cref="InvalidOperationException">There is none, or it is too long.</exception>
    public async Task<Evidence> ReadAsync(CancellationToken cancellationToken)
    {
        var text = options.Evidence is { } give
            ? await give(cancellationToken).ConfigureAwait(false)
            : await ReadFileAsync(options.EvidenceFile!, cancellationToken).ConfigureAwait(false);
        var payload = text.Trim();
        if (payload.Length is 0 or > MaxLength) throw new InvalidOperationException("The evidence is empty or longer than 16 KB.");
        return new Evidence { Attestor = options.EvidenceAttestor, Payload = ByteString.CopyFromUtf8(payload) };
    }

    private static async Task<string> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).Length > MaxLength) throw new InvalidOperationException("The evidence is empty or longer than 16 KB.");
        return await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
    }
}
