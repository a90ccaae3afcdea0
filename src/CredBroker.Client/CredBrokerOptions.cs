namespace CredBroker.Client;

/// <summary>Where the broker is and how to speak to it.</summary>
public sealed class CredBrokerOptions
{
    /// <summary>The section of the configuration that these options are read from.</summary>
    public const string SectionName = "CredBroker";

    /// <summary>The broker's address, such as <c>https://broker.acme.test:8443</c>. <c>http://</c> is for the same machine only.</summary>
    public string Address { get; set; } = "";

    /// <summary>PEM of the authority of the broker's certificate, which is then the only one that is trusted; null = those of the machine.</summary>
    public string? CaFile { get; set; }

    /// <summary>The file with this process's evidence; null = the environment variable <c>CREDBROKER_EVIDENCE</c>.</summary>
    public string? EvidenceFile { get; set; }

    /// <summary>The attestor that reads the evidence.</summary>
    public string Attestor { get; set; } = Evidence.WorkloadEvidence.SpiffeJwt;

    /// <summary>
    /// Whether the client proves that it holds a key of its own. A broker behind a proxy that is known by another authority than
    /// <see cref="Address"/> names it in its setting <c>Proofs:Authorities</c>.
    /// </summary>
    public ProofOfPossession ProofOfPossession { get; set; }

    /// <summary>Lets tokens travel over plain http to other machines. Only for networks that are encrypted underneath.</summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>How long one call may take, its retries included: 1 s to 2 min. The default is 10 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether SIGINT (Ctrl+C) and SIGTERM end the open tasks before they kill the process. A program that handles them itself and goes on
    /// to finish its work sets this to false, or registers its handlers after it has made the client. Under a generic host it is always
    /// false: the host handles them, and disposes the client.
    /// </summary>
    public bool HandleSignals { get; set; } = true;

    /// <summary>
    /// What the application as a whole is for. With it, <c>AddCredBrokerToken</c> opens one task for the application where no task is current;
    /// null = every request needs a current task.
    /// </summary>
    public string? Purpose { get; set; }

    /// <summary>What the application as a whole does, in a sentence. It goes with <see cref="Purpose"/>.</summary>
    public string Intent { get; set; } = "";
}
