namespace CredBroker.Tasks;

/// <summary>One entry of a child task's ceiling: what its parent passed down.</summary>
/// <param name="Template">The template's name.</param>
/// <param name="Capabilities">The most that the child may be granted.</param>
/// <param name="MaxTtl">The longest TTL it may get; null = the template's.</param>
public sealed record DelegatedTemplate(string Template, Capabilities Capabilities, TimeSpan? MaxTtl);
