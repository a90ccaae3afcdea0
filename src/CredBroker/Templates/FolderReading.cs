namespace CredBroker.Templates;

/// <summary>What reading a folder gave: a good set, or every fault that stands in its way.</summary>
/// <param name="Set">The set; null where there is any fault.</param>
/// <param name="Faults">The faults, by file and line; empty where the set is good.</param>
public sealed record FolderReading<TSet>(TSet? Set, IReadOnlyList<CatalogueFault> Faults)
    where TSet : class
{
    /// <summary>Whether a file or folder could not be read at all, so that trying again may help although nothing changed.</summary>
    public bool IsWorthRetrying { get; init; }
}
