using System.Text;
using System.Text.Json.Serialization;

namespace CredBroker.Client.Evidence;

/// <summary>Proof of what a process is, in the form of one attestor. It is a secret: it does not print and does not serialise.</summary>
[JsonConverter(typeof(Internal.RefusingJsonConverter<WorkloadEvidence>))]
public sealed class WorkloadEvidence
{
    /// <summary>The attestor that reads JWT-SVIDs.</summary>
    public const string SpiffeJwt = "spiffe_jwt";

    /// <summary>The attestor that reads ID tokens of CI systems, clouds and other issuers.</summary>
    public const string Oidc = "oidc";

    /// <summary>The attestor that reads projected service-account tokens.</summary>
    public const string Kubernetes = "kubernetes";

    /// <summary>The attestor that reads X.509-SVIDs, which the connection is made with.</summary>
    public const string SpiffeX509 = "spiffe_x509";

    /// <summary>The attestor that reads challenges signed with the key of a certificate.</summary>
    public const string X509Pop = "x509_pop";

    /// <summary>The attestor that reads requests to AWS STS.</summary>
    public const string AwsIam = "aws_iam";

    /// <summary>The attestor that reads join tokens, which are good once.</summary>
    public const string JoinToken = "join_token";

    /// <summary>The longest evidence that the broker reads, in bytes.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>Evidence for an attestor.</summary>
    /// <param name="attestor">The attestor that reads it, such as <see cref="SpiffeJwt"/>.</param>
    /// <param name="payload">The evidence itself, at most <see cref="MaxBytes"/>.</param>
    public WorkloadEvidence(string attestor, ReadOnlyMemory<byte> payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(attestor);
        if (payload.IsEmpty) throw new EvidenceUnavailableException("The evidence is empty.");
        if (payload.Length > MaxBytes) throw new EvidenceUnavailableException($"The evidence is longer than {MaxBytes} bytes.");
        Attestor = attestor;
        Payload = payload;
    }

    /// <summary>The attestor that reads it.</summary>
    public string Attestor { get; }

    /// <summary>The evidence itself.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Evidence that is text, without the white space around it.</summary>
    public static WorkloadEvidence FromText(string attestor, string text) => new(attestor, Encoding.UTF8.GetBytes(text.Trim()));

    /// <inheritdoc/>
    public override string ToString() => $"{Attestor} evidence, [redacted]";
}
