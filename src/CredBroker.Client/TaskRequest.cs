namespace CredBroker.Client;

/// <summary>What an agent is about to do.</summary>
/// <param name="Purpose">What the task is for, in a word or two, such as <c>reconcile-invoices</c>; at most 8 KB.</param>
public sealed record TaskRequest(string Purpose)
{
    /// <summary>What is going to be done, in a sentence; it is weighed by policy and kept as evidence. At most 8 KB.</summary>
    public string Intent { get; init; } = "";

    /// <summary>
    /// The caller's own name for the task, <c>[A-Za-z0-9._:/-]{1,128}</c>; null = a random one. The same request with the same name
    /// gets the same open task with a new token, and the old token stops working.
    /// </summary>
    public string? TaskRef { get; init; }

    /// <summary>Free labels; at most 16 KB together.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>How long the task may take; null = as long as the broker's rule allows, which bounds it anyway.</summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>
    /// How soon the broker is to notice that this process is gone; null = the rule's longest. The broker clamps it to the rule's bounds.
    /// </summary>
    public TimeSpan? HeartbeatInterval { get; init; }
}
