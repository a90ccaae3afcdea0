namespace CredBroker;

/// <summary>One wrong field of a request.</summary>
/// <param name="Field">The field's name in the protocol, such as <c>ttl</c>.</param>
/// <param name="Description">What is wrong with it, for a person.</param>
public sealed record FieldViolation(string Field, string Description);
