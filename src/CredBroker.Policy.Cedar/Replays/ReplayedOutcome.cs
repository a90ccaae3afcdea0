namespace CredBroker.Policy.Cedar.Replays;

/// <summary>What a decision says.</summary>
public enum ReplayedOutcome
{
    /// <summary>No, whoever agrees.</summary>
    Deny = 0,

    /// <summary>No, unless people agree.</summary>
    Pending = 1,

    /// <summary>Yes.</summary>
    Allow = 2,
}
