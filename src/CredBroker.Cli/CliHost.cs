using CredBroker.Client;

namespace CredBroker.Cli;

/// <summary>What the commands get from outside, so that tests can hand them something else.</summary>
internal sealed class CliHost
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Out"/> is a terminal.</summary>
    public required bool IsTerminal { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Makes a client of the broker.</summary>
    public required Func<CredBrokerOptions, CredBrokerClient> Connect { get; init; }

    public static CliHost System() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        IsTerminal = !Console.IsOutputRedirected,
        Variable = Environment.GetEnvironmentVariable,
        Connect = options => new CredBrokerClient(options),
    };
}
