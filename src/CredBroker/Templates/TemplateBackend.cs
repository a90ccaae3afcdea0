namespace CredBroker.Templates;

/// <summary>How a template's credentials are made: one derived record for each kind of backend.</summary>
/// <param name="Name">The backend's name, such as <c>token</c>.</param>
public abstract record TemplateBackend(string Name);
