using CredBroker.Server.Hosting;

namespace CredBroker.Server.Telemetry;

/// <summary>Headers for the collector, which mostly are what it knows the broker by: a secret, and therefore in a file of the broker's user alone.</summary>
internal static class OtlpHeadersFile
{
    /// <summary>Reads them in the form in which OTLP exporters want them: names and escaped values, with commas between.</summary>
    /// <exception cref="StartRefusedException">The file cannot be read, is open to others, or holds something else. The message repeats nothing of it.</exception>
    public static string Read(string path)
    {
        try
        {
            return string.Join(',', SecretFile.ReadText(path).Split('\n', '\r').Where(line => line.Trim().Length > 0).Select(line => Write(path, line)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The file {path} of {OtlpOptions.SectionName}:{nameof(OtlpOptions.HeadersFile)} cannot be read: {fault.Message}", fault);
        }
    }

    private static string Write(string path, string line)
    {
        var name = line.Split('=', 2)[0].Trim();
        if (name.Length == 0 || !line.Contains('=') || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
            throw new StartRefusedException($"The file {path} must hold one header a line, name=value.");
        return $"{name}={Uri.EscapeDataString(line.Split('=', 2)[1].Trim())}";
    }
}
