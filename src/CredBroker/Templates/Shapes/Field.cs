namespace CredBroker.Templates.Shapes;

/// <summary>A field of a mapping.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Shape">What its value looks like.</param>
/// <param name="Note">What it means, for the person who writes it.</param>
internal sealed record Field(string Name, Shape Shape, string Note)
{
    public bool IsRequired { get; init; }

    /// <summary>What holds where it is absent, as a document would say it; null where nothing does.</summary>
    public string? Default { get; init; }
}
