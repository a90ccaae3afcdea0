using System.Text.Json;

namespace CredBroker.Cli.Responding;

/// <summary>
/// The file with an operator's token: the token alone, or the development file with one for each role. It is read for each call, so that a
/// token may be replaced meanwhile. What it holds never gets into a message.
/// </summary>
internal sealed class OperatorTokenFile(string path)
{
    private const int MaxBytes = 64 * 1024;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public async ValueTask<string> ReadAsync(RoleChoice choice, CancellationToken cancellationToken)
    {
        var text = (await ReadTextAsync(cancellationToken)).Trim();
        if (text.StartsWith('{')) return Checked(OfRole(text, choice.Role));
        if (choice.Option is not null)
            throw new UsageException($"--role chooses a token of a development file; the operator token file {path} holds one token, whose roles the broker knows.");
        return Checked(text);
    }

    private async Task<string> ReadTextAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            // Of the open file and not of the path: the two can differ by now.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
                throw new UsageException($"The operator token file {path} can be read or changed by others; make it yours alone: chmod 600 {path}");
            if (file.Length > MaxBytes) throw new UsageException($"The operator token file {path} is too long.");
            using var reader = new StreamReader(file);
            return await reader.ReadToEndAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The operator token file {path} cannot be read: {e.GetType().Name}.");
        }
    }

    private string OfRole(string text, string role)
    {
        Dictionary<string, string>? tokens;
        try
        {
            tokens = JsonSerializer.Deserialize<Dictionary<string, string>>(text);
        }
        catch (JsonException)
        {
            throw new UsageException($"The operator token file {path} is neither one token nor an object of tokens by role.");
        }
        return tokens is not null && tokens.TryGetValue(role, out var token) && token is not null
            ? token
            : throw new UsageException($"The operator token file {path} has no token for the role {role}.");
    }

    private string Checked(string token) => token.Length > 0 && token.All(c => c is > ' ' and <= '~')
        ? token
        : throw new UsageException($"The operator token file {path} is empty or holds something that is no token.");
}
