namespace CredBroker.Templates;

/// <summary>The first set of documents is bad, so there is nothing to start with.</summary>
public sealed class CatalogueException : Exception
{
    private const int FaultsInMessage = 100;

    /// <summary>Says what is wrong; the message holds the first 100 faults, one a line.</summary>
    /// <param name="contents">What the documents are, such as <c>policies</c>.</param>
    /// <param name="faults">The faults.</param>
    public CatalogueException(string contents, IReadOnlyList<CatalogueFault> faults)
        : base(Describe(contents, faults)) => Faults = faults;

    /// <summary>All of them, by file and line.</summary>
    public IReadOnlyList<CatalogueFault> Faults { get; }

    private static string Describe(string contents, IReadOnlyList<CatalogueFault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        var more = faults.Count > FaultsInMessage ? $"\n… and {faults.Count - FaultsInMessage} more" : "";
        return $"The set of {contents} has {faults.Count} fault(s):\n{string.Join('\n', faults.Take(FaultsInMessage))}{more}";
    }
}
