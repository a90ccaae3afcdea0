using CredBroker.Cli.Output;
using CredBroker.Client;
using Spectre.Console;

namespace CredBroker.Cli;

/// <summary>What the commands get from outside, so that tests can hand them something else.</summary>
internal sealed class CliHost
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Out"/> is a terminal.</summary>
    public required bool IsTerminal { get; init; }

    /// <summary>Where people are spoken to and asked: beside <see cref="Out"/>, so that results can be piped.</summary>
    public required IAnsiConsole People { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Makes a client of the broker.</summary>
    public required Func<CredBrokerOptions, CredBrokerClient> Connect { get; init; }

    public static CliHost System() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        IsTerminal = !Console.IsOutputRedirected,
        People = ConsoleOf.Writer(Console.Error, !Console.IsErrorRedirected, isInteractive: !Console.IsErrorRedirected && !Console.IsInputRedirected),
        Variable = Environment.GetEnvironmentVariable,
        Connect = options => new CredBrokerClient(options),
    };
}
