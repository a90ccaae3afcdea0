using CredBroker.Templates;

namespace CredBroker.TestHost;

/// <summary>A credential that the scripted service makes.</summary>
internal sealed record ScriptedTemplateBackend() : TemplateBackend(ScriptedBackend.BackendName);
