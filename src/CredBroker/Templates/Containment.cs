namespace CredBroker.Templates;

/// <summary>What comes of it where the tasks of a workload are refused too often, all of them together.</summary>
public enum Containment
{
    /// <summary>An alarm: many instances share the workload, and one that is bad must not lock out the others.</summary>
    Alarm = 0,

    /// <summary>The workload is in quarantine until an operator releases it.</summary>
    Quarantine = 1,
}
