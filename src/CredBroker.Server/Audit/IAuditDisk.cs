namespace CredBroker.Server.Audit;

/// <summary>The disk as the audit trail needs it; tests put a failing one in its place.</summary>
internal interface IAuditDisk
{
    /// <summary>Opens a file for writing; makes it (0600, its name durable) where it is missing.</summary>
    IAuditFile Open(string path);
}
