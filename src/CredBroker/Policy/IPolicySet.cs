namespace CredBroker.Policy;

/// <summary>Which policies are in force.</summary>
public interface IPolicySet
{
    /// <summary>Their content hash, as decisions name it; empty where there are none.</summary>
    string Version { get; }
}
