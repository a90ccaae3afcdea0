namespace CredBroker.Policy.Cedar.Documents;

/// <summary>Facts that cost a question to the store, and are gathered only where a policy looks at them.</summary>
[Flags]
internal enum PolicyNeeds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The live leases of the task's tree: <c>held</c>, <c>holding</c>, <c>live_leases</c>.</summary>
    Held = 1,
}
