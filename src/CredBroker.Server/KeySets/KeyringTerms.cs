namespace CredBroker.Server.KeySets;

/// <summary>Whose keys a keyring holds, and how often they are read.</summary>
/// <param name="Owner">The owner, for operators: "Trust domain acme.test".</param>
/// <param name="Keys">What it is that holds the keys, for refusals: "the bundle of its trust domain".</param>
/// <param name="Read">Reads the document.</param>
/// <param name="LastGoodFor">How long the last good state stays in force while it cannot be read.</param>
internal sealed record KeyringTerms(string Owner, string Keys, Func<ReadOnlyMemory<byte>, KeySet> Read, TimeSpan LastGoodFor)
{
    /// <summary>How long the last good keys of a remote owner stay in force where nothing else is said.</summary>
    public static readonly TimeSpan DefaultLastGoodFor = TimeSpan.FromHours(24);

    private static readonly TimeSpan MostOften = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeastOften = TimeSpan.FromHours(1);

    /// <summary>After how long it is read again; zero = at each look, which is right for files alone.</summary>
    public TimeSpan RefreshEvery { get; init; }

    /// <summary>After how long it is tried again where it could not be read.</summary>
    public TimeSpan RetryEvery { get; init; }

    /// <summary>How often at most a token of an unknown key makes it be read; null = never.</summary>
    public TimeSpan? AskEvery { get; init; }

    /// <summary>The keys of an issuer of JWTs, by HTTP.</summary>
    public static KeyringTerms OfIssuer(string issuer, TimeSpan lastGoodFor) =>
        new KeyringTerms($"Issuer {issuer}", "the key set of its issuer", KeySetReader.Read, lastGoodFor).ByHttp();

    /// <summary>The same, read over a network: seldom by itself, and within bounds where somebody asks for an unknown key.</summary>
    public KeyringTerms ByHttp() =>
        this with { RefreshEvery = TimeSpan.FromMinutes(5), RetryEvery = TimeSpan.FromSeconds(5), AskEvery = TimeSpan.FromSeconds(30) };

    /// <summary>After how long a state is read again.</summary>
    public TimeSpan PauseAfter(KeySet keys) =>
        RefreshEvery == TimeSpan.Zero || keys.RefreshHint is not { } hint ? RefreshEvery
        : hint < MostOften ? MostOften
        : hint > LeastOften ? LeastOften
        : hint;
}
