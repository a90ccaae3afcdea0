using CredBroker.Templates;
using Google.Protobuf.WellKnownTypes;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Api.Wire;

/// <summary>Writes a template as a protocol message.</summary>
internal static class WriteTemplate
{
    public static V1.Template From(Template template)
    {
        var wire = new V1.Template
        {
            Name = template.Name,
            Version = template.Version,
            Owner = template.Owner,
            Description = template.Description,
            Target = template.Target,
            Sensitivity = (V1.Sensitivity)template.Sensitivity,
            Risk = template.Risk.ToString().ToLowerInvariant(),
            DefaultTtl = Duration.FromTimeSpan(template.DefaultTtl),
            MaxTtl = Duration.FromTimeSpan(template.MaxTtl),
            Renewable = template.Renewable,
            Backend = template.Backend.Name,
        };
        wire.Capabilities.AddRange(Write.Capabilities(template.Capabilities));
        return wire;
    }
}
