using System.Text.RegularExpressions;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>A call to Vault that failed. The message is for the log: it holds what Vault said, without anything that looks like a token.</summary>
internal sealed partial class VaultException : Exception
{
    private const int LongestText = 300;

    public VaultException(VaultFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    public VaultFailure Failure { get; }

    /// <summary>What Vault said, one text for each error; empty where it said nothing.</summary>
    public IReadOnlyList<string> Errors { get; private init; } = [];

    /// <summary>How long Vault asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>It passes by itself: nothing is wrong with the call.</summary>
    public bool IsTransient => Failure is VaultFailure.NotSent or VaultFailure.Lost or VaultFailure.Away or VaultFailure.Busy;

    /// <summary>Vault has certainly not done what it was asked.</summary>
    public bool DidNothing => Failure is VaultFailure.NotSent or VaultFailure.Busy or VaultFailure.Denied or VaultFailure.Refused;

    /// <summary>An answer other than success.</summary>
    public static VaultException Answered(string call, int status, IReadOnlyList<string> errors, TimeSpan? retryAfter = null)
    {
        var failure = status switch
        {
            403 => VaultFailure.Denied,
            412 or 429 or 472 or 473 => VaultFailure.Busy,
            502 or 503 or 504 or (>= 300 and < 400) => VaultFailure.Away,
            >= 400 and < 500 => VaultFailure.Refused,
            _ => VaultFailure.Failed,
        };
        var said = errors.Count == 0 ? "nothing more" : Printable(string.Join("; ", errors));
        return new VaultException(failure, $"{call} was answered with {status}: {said}") { Errors = errors, RetryAfter = retryAfter };
    }

    /// <summary>Whether Vault says this, in one of its errors.</summary>
    public bool Says(string text) => Errors.Any(error => error.Contains(text, StringComparison.OrdinalIgnoreCase));

    private static string Printable(string text)
    {
        var safe = Token().Replace(text, "[redacted]");
        if (safe.Length > LongestText) safe = string.Concat(safe.AsSpan(0, LongestText), "…");
        return string.Concat(safe.Select(c => char.IsControl(c) ? ' ' : c));
    }

    [GeneratedRegex(@"\b(hv[sbr]|[sbr])\.[A-Za-z0-9_\-.]{12,}")]
    private static partial Regex Token();
}
