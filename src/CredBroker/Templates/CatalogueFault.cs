namespace CredBroker.Templates;

/// <summary>One thing that is wrong with a set of documents. It repeats names and keys, never other values.</summary>
/// <param name="File">The file, relative to the set's folder, with <c>/</c> between its parts.</param>
/// <param name="Line">The line, from 1; 0 where the fault is with the whole file or folder.</param>
/// <param name="Field">The field, such as <c>spec.ttl.max</c>; <c>document</c>, <c>file</c> or <c>folder</c> where it is not about one.</param>
/// <param name="Message">What is wrong, for a person.</param>
public sealed record CatalogueFault(string File, int Line, string Field, string Message)
{
    /// <summary><c>file:line: field: message</c>.</summary>
    public override string ToString() => $"{File}:{Line}: {Field}: {Message}";
}
