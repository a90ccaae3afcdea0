using CredBroker.Policy.Cedar.Wasm;
using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.Cli.Commands;

/// <summary>Cedar for one run of a command, compiled once and kept between runs where the XDG base directories have such things.</summary>
internal static class CedarCache
{
    public static CedarModule Load(CliHost host) => CedarModule.Load(Folder(host), NullLogger.Instance);

    private static string? Folder(CliHost host)
    {
        if (host.Variable("XDG_CACHE_HOME") is { } cache && Path.IsPathRooted(cache)) return Path.Combine(cache, "credbroker");
        return host.Variable("HOME") is { } home && Path.IsPathRooted(home) ? Path.Combine(home, ".cache", "credbroker") : null;
    }
}
