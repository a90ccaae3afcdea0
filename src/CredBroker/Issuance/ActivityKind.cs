namespace CredBroker.Issuance;

/// <summary>What kind of thing an agent did.</summary>
public enum ActivityKind
{
    /// <summary>A tool was called.</summary>
    ToolInvocation = 1,

    /// <summary>A prompt was sent.</summary>
    Prompt = 2,

    /// <summary>Something downstream changed.</summary>
    DownstreamEffect = 3,
}
