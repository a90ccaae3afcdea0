namespace CredBroker.Policy.Cedar;

/// <summary>The schema of everything that is asked of policies.</summary>
public static class CedarSchema
{
    private const string Resource = "credbroker.cedarschema";

    /// <summary>The schema, as Cedar writes it.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(CedarSchema).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly was built without {Resource}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
