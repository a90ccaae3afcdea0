namespace CredBroker.Attestation;

/// <summary>Verifies one kind of evidence. Implementations are plug-ins; two of one name are refused at start.</summary>
public interface IAttestor
{
    /// <summary>The name by which evidence asks for it, such as <c>spiffe_jwt</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Proves the evidence. Refuses with <see cref="ErrorReason.AttestationFailed"/>, or with
    /// <see cref="ErrorReason.VerifierUnavailable"/> where it cannot tell now, or with <see cref="ErrorReason.StoreUnavailable"/>
    /// where evidence that is good once cannot be used up now, or with <see cref="ErrorReason.ChallengeInvalid"/> where it answers none
    /// of the broker's challenges; lets nothing else out.
    /// The refusal's message says what kind of fault it is and repeats nothing of the evidence.
    /// </summary>
    ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken);
}
