using System.Collections.Frozen;
using System.Text;
using CredBroker.Attestation;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.JoinTokens;

/// <summary>
/// The hashes of the join tokens, a line each. The file is read when somebody asks, at most once a second, and whole: a line that is
/// gone is refused from then on. While it cannot be read no token is good. A line that has a fault is left out, so that the
/// removal of another one still bites.
/// </summary>
internal sealed partial class JoinTokenFile(IOptions<JoinTokenOptions> options, TimeProvider time, ILogger<JoinTokenFile> logger)
{
    public const int MaxBytes = 1024 * 1024;

    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);
    private static readonly Encoding Text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string? _path = options.Value.File;
    private readonly Lock _reading = new();
    private FrozenDictionary<string, JoinTokenLine>? _lines;
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;
    private string _faults = "";

    /// <summary>What is known of a token; null = it is not known.</summary>
    /// <exception cref="EvidenceFault">Nobody can tell now.</exception>
    public JoinTokenLine? Find(JoinToken token)
    {
        if (_path is null) return null;
        lock (_reading)
        {
            var now = time.GetUtcNow();
            if (now - _readAt >= GoodFor || now < _readAt) (_lines, _readAt) = (Read(_path), now);
            return (_lines ?? throw EvidenceFault.Undecided("the file of join tokens cannot be read")).GetValueOrDefault(token.Hash);
        }
    }

    private FrozenDictionary<string, JoinTokenLine>? Read(string path)
    {
        try
        {
            if (EmptyFile.IsAt(path)) throw new InvalidDataException();
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[MaxBytes + 1];
            var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length <= MaxBytes ? Collect(path, Text.GetString(content, 0, length)) : throw new InvalidDataException();
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException or DecoderFallbackException)
        {
            Tell(fault.GetType().Name, () => LogUnreadable(path, fault.GetType().Name));
            return null;
        }
    }

    private FrozenDictionary<string, JoinTokenLine> Collect(string path, string text)
    {
        var lines = new Dictionary<string, JoinTokenLine>(StringComparer.Ordinal);
        var wrong = new List<int>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (number, line) in text.Split('\n').Select(line => line.Trim()).Index())
        {
            if (line.Length == 0 || line.StartsWith('#')) continue;
            if (!JoinTokenLine.TryParse(line, out var known))
            {
                wrong.Add(number + 1);
            }
            else if (!seen.Add(known.Hash))
            {
                // Two names for one token: whose it is must not hang on which stands first.
                lines.Remove(known.Hash);
                wrong.Add(number + 1);
            }
            else
            {
                lines.Add(known.Hash, known);
            }
        }

        Tell(string.Join(", ", wrong), () => LogLeftOut(path, string.Join(", ", wrong)));
        return lines.ToFrozenDictionary(StringComparer.Ordinal);
    }

    // Once for each state of the file, not once a second.
    private void Tell(string faults, Action log)
    {
        if (faults.Length > 0 && faults != _faults) log();
        _faults = faults;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The join tokens in {Path} cannot be read: {Fault}. No token is good meanwhile.")]
    private partial void LogUnreadable(string path, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The join tokens in {Path}: these lines are left out, or stand there twice: {Lines}.")]
    private partial void LogLeftOut(string path, string lines);
}
