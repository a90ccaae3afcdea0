namespace CredBroker.Benchmarks;

/// <summary>Figures that are measured together, on the same processes.</summary>
internal interface IFigureGroup
{
    /// <summary>The names by which one asks for them.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Measures them.</summary>
    IAsyncEnumerable<Figure> MeasureAsync(BenchPlan plan, CancellationToken cancellationToken);
}
