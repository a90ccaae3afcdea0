namespace CredBroker.Policy.Cedar.Documents;

/// <summary>What <c>@approval("group")</c> or <c>@approval("group:N")</c> asks for.</summary>
/// <param name="Group">The group whose members may approve.</param>
/// <param name="Count">How many of them.</param>
internal sealed record ApprovalNeed(string Group, int Count);
