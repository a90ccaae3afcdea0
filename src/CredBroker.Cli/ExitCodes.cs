namespace CredBroker.Cli;

/// <summary>What the command's exit code means; <c>docs/cli.md</c> promises them.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The broker said no, or people have to agree first.</summary>
    public const int Refused = 1;

    /// <summary>The call is wrong: an option, a variable, a file.</summary>
    public const int Usage = 2;

    /// <summary>The broker cannot be reached or does not answer.</summary>
    public const int Unavailable = 3;

    /// <summary>A revocation order is not through: something that it matched is unconfirmed or could not be revoked.</summary>
    public const int Partial = 4;

    /// <summary>A person did not confirm, or gave another count back. Nothing was done.</summary>
    public const int NotConfirmed = 5;

    /// <summary>The command that was to be run is there and cannot be run; shells say the same.</summary>
    public const int CannotRun = 126;

    /// <summary>The command that was to be run is not there; shells say the same.</summary>
    public const int NotFound = 127;

    /// <summary>Ended by a signal, whose number is added; shells say the same.</summary>
    public const int Signalled = 128;
}
