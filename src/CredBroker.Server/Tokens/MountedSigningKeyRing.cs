using CredBroker.Server.Hosting;
using CredBroker.Tokens;

namespace CredBroker.Server.Tokens;

/// <summary>
/// Keys in files that somebody else provides and changes. The first key of <c>signing.pem</c>, or of the one file, signs; all
/// keys are published. Files that cannot be read, or make no sense, leave those that were read before in force.
/// </summary>
internal sealed partial class MountedSigningKeyRing(string path, ILogger<MountedSigningKeyRing> logger) : ISigningKeyRing
{
    private volatile MountedKeys _keys = MountedKeys.Read(path);

    public SigningKey Current => _keys.Current;

    public IReadOnlyList<PublicSigningKey> Published => _keys.Published;

    /// <summary>Reads the files anew.</summary>
    public void Refresh()
    {
        try
        {
            var read = MountedKeys.Read(path);
            if (read.Current.Id == Current.Id && read.Published.SequenceEqual(Published)) return;
            _keys = read;
            LogRead(read.Current.Id, read.Published.Count);
        }
        catch (StartRefusedException fault)
        {
            LogKept(fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Signing keys: {KeyId} signs, {Count} are published.")]
    private partial void LogRead(string keyId, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "The signing keys stay as they were: {Fault}")]
    private partial void LogKept(string fault);
}
