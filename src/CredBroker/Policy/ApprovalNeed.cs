namespace CredBroker.Policy;

/// <summary>Who has to agree: what <c>@approval("group")</c> or <c>@approval("group:N")</c> asks for.</summary>
/// <param name="Group">The group whose members may agree.</param>
/// <param name="Count">How many of them have to.</param>
public sealed record ApprovalNeed(string Group, int Count);
