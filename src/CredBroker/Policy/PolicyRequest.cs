using System.Net;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Policy;

/// <summary>What is asked of policy: may this task have these capabilities of this template?</summary>
public sealed record PolicyRequest
{
    /// <summary>The task. What it says of itself is a claim; everything about its workload is attested.</summary>
    public required AgentTask Task { get; init; }

    /// <summary>The template.</summary>
    public required Template Template { get; init; }

    /// <summary>What is asked for; each of them is decided on its own and all must be allowed.</summary>
    public required Capabilities Requested { get; init; }

    /// <summary>The TTL that is asked for; null = the template's default.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>Where the request came from; null = not known.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>A lease that has been issued is to live longer: that has to be allowed too.</summary>
    public bool IsRenewal { get; init; }

    /// <summary>The lease that it is about, where there is one: it does not count among those that the task holds.</summary>
    public LeaseId? LeaseId { get; init; }

    /// <summary>An earlier lease whose place that one has taken; it does not count either.</summary>
    public LeaseId? TakesOver { get; init; }

    /// <summary>It is asked as if the workload had no other lease: which of many is one too many is not for whoever looks at one of them to say.</summary>
    public bool IsOnlyLease { get; init; }
}
