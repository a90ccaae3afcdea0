namespace CredBroker.Templates;

/// <summary>What a template must be to where it is used, such as a broker that has only some backends. What it finds refuses the set.</summary>
public interface ITemplateCheck
{
    /// <summary>What is wrong, by the field of the document; nothing where all is well.</summary>
    IEnumerable<FieldViolation> Check(Template template);
}
