using System.Globalization;

namespace CredBroker.TestHost;

/// <summary>
/// Another system that makes credentials, as far as a broker can tell: all that it holds and all that it was asked is in a folder,
/// so it lives through any death of a broker, and a test can look into it and hold it up. A handle is made first; credentials hang
/// on it and die with it.
/// </summary>
public sealed class ScriptedService
{
    public const string Mint = "mint";
    public const string Revoke = "revoke";
    private const string Variable = "CREDBROKER_SCRIPTED_SERVICE";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly string _folder;

    public ScriptedService(string folder)
    {
        _folder = folder;
        foreach (var part in new[] { "handles", "credentials", "script", "revocations" }) Directory.CreateDirectory(Path.Combine(folder, part));
    }

    /// <summary>Handles that stand.</summary>
    public IReadOnlyList<string> Handles => Names("handles");

    /// <summary>Credentials that are good.</summary>
    public IReadOnlyList<string> Credentials => Names("credentials");

    /// <summary>Each time that it was asked to revoke a handle, and when.</summary>
    public IReadOnlyList<(string Handle, DateTimeOffset At)> Revocations =>
        [.. Names("revocations").Select(name => name.Split('.')).Select(part => (part[0], DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(part[1], CultureInfo.InvariantCulture))))];

    /// <summary>Whether it answers nobody.</summary>
    public bool IsDown
    {
        get => File.Exists(Script("down"));
        set => Set("down", value);
    }

    /// <summary>What a broker has to be started with to use it.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { [Variable] = _folder };

    /// <summary>The one that this process was started with; null = none.</summary>
    public static ScriptedService? OfTheEnvironment() =>
        System.Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? new ScriptedService(folder) : null;

    /// <summary>The revocation of one handle, to be held.</summary>
    public static string RevokeOf(string handle) => $"{Revoke}-{handle}";

    /// <summary>Lets everybody who asks for this wait.</summary>
    public void Hold(string what) => Set(what, true);

    /// <summary>Lets them go.</summary>
    public void LetGo(string what) => Set(what, false);

    internal string Reserve()
    {
        var handle = Guid.NewGuid().ToString("n");
        File.WriteAllText(Path.Combine(_folder, "handles", handle), "");
        return handle;
    }

    internal string MakeCredential(string handle)
    {
        if (!Handles.Contains(handle)) throw new InvalidOperationException("There is no such handle.");
        var password = Guid.NewGuid().ToString("n");
        File.WriteAllText(Path.Combine(_folder, "credentials", $"{handle}.{password}"), "");
        return password;
    }

    internal void RevokeHandle(string handle)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        File.WriteAllText(Path.Combine(_folder, "revocations", string.Create(CultureInfo.InvariantCulture, $"{handle}.{now}.{Guid.NewGuid():n}")), "");
        foreach (var credential in Directory.GetFiles(Path.Combine(_folder, "credentials"), handle + ".*")) File.Delete(credential);
        File.Delete(Path.Combine(_folder, "handles", handle));
    }

    internal async Task WaitWhileHeldAsync(string what, CancellationToken cancellationToken)
    {
        while (File.Exists(Script(what))) await Task.Delay(Pause, TimeProvider.System, cancellationToken);
    }

    private string Script(string name) => Path.Combine(_folder, "script", name);

    private void Set(string name, bool there)
    {
        if (there) File.WriteAllText(Script(name), "");
        else File.Delete(Script(name));
    }

    private string[] Names(string part) => [.. Directory.GetFiles(Path.Combine(_folder, part)).Select(file => Path.GetFileName(file)!)];
}
