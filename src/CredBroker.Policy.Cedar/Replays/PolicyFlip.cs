namespace CredBroker.Policy.Cedar.Replays;

/// <summary>Recorded decisions of one kind that other policies would have made another way.</summary>
/// <param name="Verb">What was asked for: <c>open_task</c>, <c>issue</c>, <c>renew</c> or <c>tool_call</c>.</param>
/// <param name="About">The template, the tool, or whose task.</param>
/// <param name="Capabilities">The capabilities that were asked for; empty for the opening of a task.</param>
/// <param name="From">What was said.</param>
/// <param name="To">What would be said.</param>
/// <param name="FromPolicies">The policies that determined what was said.</param>
/// <param name="ToPolicies">The policies that would determine it.</param>
/// <param name="Count">How many there are.</param>
/// <param name="FirstTask">The task of the first of them.</param>
/// <param name="FirstTime">When that one was made.</param>
public sealed record PolicyFlip(
    string Verb,
    string About,
    string Capabilities,
    ReplayedOutcome From,
    ReplayedOutcome To,
    IReadOnlyList<string> FromPolicies,
    IReadOnlyList<string> ToPolicies,
    int Count,
    string FirstTask,
    DateTimeOffset FirstTime);
