using System.Collections.Concurrent;

namespace CredBroker.Client.Internal;

/// <summary>The credentials that HTTP handlers share within a task: one per template and capabilities, asked for once however many ask at a time.</summary>
internal sealed class CredentialCache
{
    private readonly ConcurrentDictionary<string, Lazy<Task<LeasedCredential>>> _entries = new(StringComparer.Ordinal);
    private readonly Func<CredentialRequest, Task<LeasedCredential>> _issue;

    public CredentialCache(Func<CredentialRequest, Task<LeasedCredential>> issue) => _issue = issue;

    public async Task<LeasedCredential> GetAsync(CredentialRequest request, CancellationToken cancellationToken)
    {
        var key = $"{request.Template}|{string.Join(',', request.Capabilities.Order())}";
        var entry = _entries.GetOrAdd(key, _ => new Lazy<Task<LeasedCredential>>(() => _issue(request)));
        try
        {
            return await entry.Value.WaitAsync(cancellationToken);
        }
        catch (Exception) when (entry.Value.IsFaulted || entry.Value.IsCanceled)
        {
            // The next one asks again; only this failed entry goes, not one that has taken its place.
            _entries.TryRemove(KeyValuePair.Create(key, entry));
            throw;
        }
    }
}
