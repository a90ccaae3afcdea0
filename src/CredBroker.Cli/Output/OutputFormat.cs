namespace CredBroker.Cli.Output;

/// <summary>How results are printed.</summary>
internal enum OutputFormat
{
    /// <summary>For people. Its form may change.</summary>
    Table,

    /// <summary>For programs: one JSON document on one line, whose members stay.</summary>
    Json,
}
