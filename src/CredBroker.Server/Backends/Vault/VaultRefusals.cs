using CredBroker.Server.Backends.Vault.Client;

namespace CredBroker.Server.Backends.Vault;

/// <summary>What a caller is told of a failure of Vault. Vault's own words are for the log.</summary>
internal static class VaultRefusals
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(30);

    /// <summary>Refuses because of a call that failed.</summary>
    public static RefusedException Of(VaultException fault) => new(
        ErrorReason.BackendUnavailable,
        fault.IsTransient ? "Vault does not answer as it should; try again." : "Vault did not make the secret; its operators have to look.",
        fault)
    {
        RetryAfter = fault.RetryAfter ?? (fault.IsTransient ? Soon : Later),
        MadeNothing = fault.DidNothing,
    };

    /// <summary>Refuses because of how things are set up; what was to be made was not.</summary>
    public static RefusedException Misfit(string message) => new(ErrorReason.BackendUnavailable, message) { RetryAfter = Later, MadeNothing = true };

    /// <summary>Refuses what has been made and would live on after its lease, without a way to end it.</summary>
    public static RefusedException Outliving(string mount) => new(
        ErrorReason.BackendUnavailable, $"What {mount} makes lives longer than the template allows, and cannot be revoked; its operators have to shorten it.")
    {
        RetryAfter = Later,
    };

    /// <summary>Refuses what was made and has no life left.</summary>
    public static RefusedException Stillborn(string mount) => new(ErrorReason.BackendUnavailable, $"What {mount} makes is over at once; its operators have to look.")
    {
        RetryAfter = Later,
    };
}
