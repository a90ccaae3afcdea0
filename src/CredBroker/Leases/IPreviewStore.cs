namespace CredBroker.Leases;

/// <summary>Remembers for a while what operators were shown before they pressed, and who has agreed to lift a fence.</summary>
public interface IPreviewStore
{
    /// <summary>Remembers the count that an operator was shown.</summary>
    Task RememberAsync(string previewDigest, long count, CancellationToken cancellationToken);

    /// <summary>The count that was shown; null where nothing was, or too long ago.</summary>
    Task<long?> RecallAsync(string previewDigest, CancellationToken cancellationToken);

    /// <summary>Notes that somebody wants a fence lifted; returns who else wanted it within the last hour, if anybody.</summary>
    Task<string?> SecondAsync(FenceId fence, string principal, CancellationToken cancellationToken);
}
