using System.ComponentModel.DataAnnotations;

namespace CredBroker.Issuance;

/// <summary>How far tasks may open tasks below them.</summary>
public sealed class DelegationOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Delegation";

    /// <summary>No tree may ever be deeper: a token's chain of actors stays readable, and the labels of a lease stay few.</summary>
    public const int DeepestTree = 4;

    /// <summary>How many tasks deep a tree may be, its root included: 1 (no child tasks at all) to 4.</summary>
    [Range(1, DeepestTree, ErrorMessage = "Delegation:MaxDepth must be from 1 to 4.")]
    public int MaxDepth { get; set; } = DeepestTree;
}
